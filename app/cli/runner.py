"""`treadle runner`: what a window starts, here or on another machine over ssh."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace


def runner_command(options: Namespace) -> int:  # noqa: ARG001 - as every command
    """Serve the window at the other end of standard input and output."""
    from ..runner.main import runner_main

    return runner_main()
