"""The folders of engines on their host: private, one for each engine and session, swept when its engine is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from ..landing import base

_SEPARATOR = "."


def make(session: str) -> Path:
    """Make the folder of a session on this engine."""
    folder = base() / _SEPARATOR.join(("session", str(os.getpid()), birth(os.getpid()), session))
    folder.mkdir(mode=0o700)
    return folder.resolve()


def sweep() -> None:
    """Remove the folders of engines that are gone."""
    for folder in base().glob(f"session{_SEPARATOR}*"):
        parts = folder.name.split(_SEPARATOR)
        if len(parts) == 4 and parts[1].isdecimal() and birth(int(parts[1])) != parts[2]:
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it."""
    for entry in [folder, *folder.glob("**/")]:
        # A module may have protected what it made.
        with contextlib.suppress(OSError):
            if not entry.is_symlink():
                entry.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def birth(process: int) -> str:
    """Return what tells a process from a later one of the same number; empty if there is none."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    # It lives, and the system does not tell more.
    return "0"
