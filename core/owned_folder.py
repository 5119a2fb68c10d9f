"""Makes folders that go with their process, and removes those whose process was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = "lock"
"""The file in the folder that its process keeps locked as long as it lives."""

_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


class OwnedFolder:
    """A new folder in ``home``, for its owner alone; ``remove`` removes it, and may be called twice.

    Its name begins with ``prefix``. It goes too when nobody refers to this object any more, or when the process ends.
    What is left where a process was killed is removed when the next folder of this prefix is made. OSError if there is
    no room for one.
    """

    def __init__(self, prefix: str, home: Path | None = None) -> None:
        home = Path(tempfile.gettempdir()) if home is None else home
        remove_left(home, prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
        try:
            lock = _locked(self.path)
        except BaseException:
            self.path.rmdir()
            raise
        self.remove = weakref.finalize(self, _remove, self.path, lock, os.getpid())


def remove_left(home: Path, prefix: str) -> None:
    """Remove those folders of this prefix in ``home`` that are this user's and whose process has ended."""
    with contextlib.suppress(OSError):
        for name in [name for name in os.listdir(home) if name.startswith(prefix)]:  # noqa: PTH208 - may be very many
            remove_if_left(home / name)


def remove_if_left(folder: Path) -> bool:
    """Remove a folder if it is this user's and its process has ended; return whether it was so."""
    with _taken(folder) as dead:
        if dead:
            _empty(folder)
    return dead


def _locked(folder: Path) -> int:
    """Make the lock of a folder and return what holds it."""
    # It gets its name when it is locked already: whoever finds it unlocked knows that its process has ended.
    unnamed = folder / f"{LOCK}.new"
    lock = os.open(unnamed, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(folder / LOCK)
    except OSError:
        # This file system has no locks. Without one, the folder is never removed by others.
        unnamed.unlink(missing_ok=True)
    return lock


@contextlib.contextmanager
def _taken(folder: Path) -> Iterator[bool]:
    """Say whether a folder is of a process of this user that has ended; while this lasts, nobody else is told so."""
    lock = -1
    try:
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
            lock = os.open(folder / LOCK, _FLAGS)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield lock >= 0
    finally:
        if lock >= 0:
            os.close(lock)


def _empty(folder: Path) -> None:
    """Remove a folder, its lock last: if this is cut short, the next one can go on."""
    with contextlib.suppress(OSError):
        for entry in folder.iterdir():
            if entry.name != LOCK:
                shutil.rmtree(entry, ignore_errors=True)
                with contextlib.suppress(OSError):
                    entry.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _remove(folder: Path, lock: int, owner: int) -> None:
    # A module may have forked: the folder is not its child's.
    if os.getpid() == owner:
        _empty(folder)
    os.close(lock)
