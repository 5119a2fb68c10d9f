"""Runs one command and turns its errors into a line and an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from ...core.errors import InternalError, TreadleError, UsageError
from ..interrupts import INTERRUPTED
from ..screen import require_screen
from .parser import build_parser, files_to_open
from .text import forget, harmless

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    OpenWindow = Callable[[list[Path]], int]

_HOMES = {"trust": "trusting"}
"""The file of each command that is not in one of its own name."""


def main(arguments: list[str], open_window: OpenWindow | None = None) -> int:
    """Run the command line and return its exit code; no traceback of Treadle's own is ever shown.

    Without a command, ``open_window`` gets the files that were named: this package knows no Qt.
    """
    _open_missing_streams()
    try:
        files = files_to_open(arguments)
        if files is not None and open_window is not None:
            return _show(files, open_window)
        return _main(arguments)
    except TreadleError as error:
        return _told(error)
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does: there is nobody left to complain to.
        forget(sys.stdout)
        return 0
    except Exception as error:
        if _debugging():
            raise
        _complain(
            f"a bug in Treadle ({type(error).__name__}: {error}). Please report it; "
            "with TREADLE_DEBUG=1 in the environment the same command shows where it happened"
        )
        return 1


def _show(files: list[Path], open_window: OpenWindow) -> int:
    require_screen()
    return open_window(files)


def _told(error: TreadleError) -> int:
    if isinstance(error, InternalError) and _debugging():
        raise error
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    _complain(str(error))
    return error.exit_code


def _debugging() -> bool:
    return bool(os.environ.get("TREADLE_DEBUG"))


def _open_missing_streams() -> None:
    """Let output that has no place to go vanish, and write what a stream's encoding lacks as an escape."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - to the end
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")


def _main(arguments: list[str]) -> int:
    from ... import __version__

    parser = build_parser(__version__)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 2
    command = _command(options.command)
    try:
        code = command(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno != errno.ENOSPC or _debugging():
            raise
        forget(sys.stdout)
        raise UsageError(f"the output cannot be written: {error.strerror}") from None


def _command(name: str) -> Callable[[Namespace], int]:
    """Return what carries out a command; the others need not be imported."""
    module = import_module(f".{_HOMES.get(name, name)}", __package__)
    return getattr(module, f"{name}_command")  # type: ignore[no-any-return]


def _complain(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"treadle: {harmless(text)}\n")
        sys.stderr.flush()
