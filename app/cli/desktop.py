"""`treadle desktop`: into the menu of the desktop, and out again."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import UsageError
from ..desktop import install, program, uninstall

if TYPE_CHECKING:
    from argparse import Namespace


def desktop_command(options: Namespace) -> int:
    """Carry out a command for the desktop."""
    if sys.platform != "linux":
        raise UsageError("menus of the desktop are known on Linux only")
    if options.ask == "install":
        install(_data_home(), program(), _say, dry_run=options.dry_run)
    else:
        uninstall(_data_home(), _say, dry_run=options.dry_run)
    return 0


def _data_home() -> Path:
    """The user's data folder of the XDG Base Directory Specification: what is not absolute counts as not set."""
    given = os.environ.get("XDG_DATA_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".local" / "share"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
