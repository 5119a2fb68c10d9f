"""The command `treadle`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def main() -> int:
    """Run the command line, or open the window, and return the exit code."""
    try:
        from .app.cli import main as command_line
    except KeyboardInterrupt:
        sys.stderr.write("treadle: interrupted\n")
        return 130
    return command_line(sys.argv[1:], _open_window)


def _open_window(files: list[Path]) -> int:
    from .app.window.main import open_window

    return open_window(files)


if __name__ == "__main__":
    raise SystemExit(main())
