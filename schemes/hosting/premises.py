"""What a scheme with processes of its own has besides them: folders, an event that wakes its thread, files to open."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.owned_folder import OwnedFolder
from .child import Setup
from .nursery import search_path_of_owner

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder in it
_SPARE_FILES = 128
_raised: dict[int, int] = {}
"""The limit of open files that held before, by the one that was set here."""


class Premises:
    """Folders for values in memory and on disk, and ``wake``; all go with ``close``, or with this process.

    ``name`` is that of the scheme. Room is made for so many open ``files``. OSError if there is no room for a folder.
    """

    def __init__(self, name: str, files: int = 0) -> None:
        with contextlib.ExitStack() as undo:
            disk = OwnedFolder(f"treadle-{name}-")
            undo.callback(disk.remove)
            # Of many users each has folders there.
            home = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else disk.path
            memory = OwnedFolder("treadle-values-", home)
            undo.callback(memory.remove)
            self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            undo.callback(os.close, self.wake)
            # Nobody else refers to them, and then they would go.
            self._folders = disk, memory
            # What else is in the folder is no value.
            self.disk, self.memory = disk.path, memory.path / "values"
            self.memory.mkdir(mode=0o700)
            self._open_files = make_room(files)
            self._undo = undo.pop_all()

    def setup(
        self,
        files: Path,
        search_path: Sequence[Path],
        serve: str,
        budget: int = 1 << 62,
        limit: int = 0,
        spare: Path | None = None,
    ) -> Setup:
        """Return what the workers are told; see there."""
        path = (*search_path_of_owner(), *map(str, search_path))
        mark = b"\0" + secrets.token_bytes(12).replace(b"\0", b"\1")
        folders = tuple(str(folder.path) for folder in self._folders)
        where = str(self.memory), str(self.disk), str(files)
        return Setup(*where, path, mark, serve, budget, self._open_files, folders, limit, str(spare or ""))

    def close(self) -> None:
        """Remove the folders."""
        self._undo.close()


def make_room(files: int) -> int:
    """Let this process open so many more files, as far as it may; return the limit that held before Treadle came."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = _raised.get(soft, soft)
    wanted = _open_files() + files + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            _raised[raised] = before
    return before


def _open_files() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as cheap as can be
    except OSError:
        return _SPARE_FILES
