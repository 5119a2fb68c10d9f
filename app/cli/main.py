"""Runs one command and turns its errors into a line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core.errors import TreadleError
from .parser import build_parser

if TYPE_CHECKING:
    from argparse import Namespace

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run the command line and return its exit code; no traceback of Treadle's own is ever shown."""
    try:
        return _main(arguments)
    except TreadleError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: there is nobody left to complain to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        if os.environ.get("TREADLE_DEBUG"):
            raise
        _complain(
            f"a bug in Treadle ({type(error).__name__}: {error}). Please report it; "
            "with TREADLE_DEBUG=1 in the environment the same command shows where it happened"
        )
        return 1


def _main(arguments: list[str]) -> int:
    from ... import __version__

    parser = build_parser(__version__)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 2
    return _command(options.command)(options)


def _command(name: str) -> Callable[[Namespace], int]:
    match name:
        case "run":
            from .run import run_command as command
        case "check":
            from .check import check_command as command
        case "modules":
            from .modules import modules_command as command
        case _:
            from .trusting import trust_command as command
    return command


def _complain(text: str) -> None:
    sys.stderr.write(f"treadle: {text}\n")
