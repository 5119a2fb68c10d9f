"""Remembers which files went into keys, and tells whether they still are what they were then."""

from __future__ import annotations

import contextlib
import stat
import time
from typing import TYPE_CHECKING

from ..worker.digest import UndigestedError, content_digest, stamp_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_YOUNG = 2.0
"""What changed so few seconds ago may change again without another time showing it."""


class _Taken:
    """A file as it was when it was first read; ``stamp`` is None where only its content tells whether it changed."""

    __slots__ = ("again", "digest", "stamp")

    def __init__(self, digest: bytes, stamp: bytes | None, again: Callable[[Path], bytes]) -> None:
        self.digest = digest
        self.stamp = stamp
        self.again = again


class Evidence:
    """The files of one run that its keys are made of. Used by one thread.

    What is seen from ``begin`` on, or within ``apart``, is gathered in a set.
    """

    def __init__(self) -> None:
        self._taken: dict[Path, _Taken] = {}
        self._sound: dict[Path, bool] = {}
        self._seen: set[Path] = set()

    # Gathering

    def take(self, path: Path, read: Callable[[Path], bytes], again: Callable[[Path], bytes] = content_digest) -> bytes:
        """Return the digest that ``read`` gives for a file as it was when it was first taken; count the file as seen.

        ``again`` gives the same later, if the file is the same.
        """
        taken = self._taken.get(path)
        if taken is None:
            # The stamp comes first: what changes while it is read has another one afterwards.
            stamp = trusted_stamp(path)
            taken = self._taken[path] = _Taken(read(path), stamp, again)
        self._seen.add(path)
        return taken.digest

    def see(self, paths: Iterable[Path]) -> None:
        """Count files as seen that were taken before."""
        self._seen.update(paths)

    def begin(self) -> set[Path]:
        """Begin a new set; return it."""
        self._seen = set()
        return self._seen

    @contextlib.contextmanager
    def apart(self) -> Iterator[set[Path]]:
        """Gather what is seen meanwhile in a set of its own."""
        outer = self._seen
        try:
            yield self.begin()
        finally:
            self._seen = outer

    # Judging

    def look_again(self) -> None:
        """Forget how the files were when they were last looked at."""
        self._sound.clear()

    def changed(self, paths: Iterable[Path]) -> Path | None:
        """Return a file that is not what it was when it was taken; each is looked at once until ``look_again``."""
        return next((path for path in paths if not self._is_sound(path)), None)

    def _is_sound(self, path: Path) -> bool:
        sound = self._sound.get(path)
        if sound is None:
            sound = self._sound[path] = _is_as_taken(path, self._taken[path])
        return sound


def _is_as_taken(path: Path, taken: _Taken) -> bool:
    stamp = trusted_stamp(path)
    if stamp is not None and stamp == taken.stamp:
        return True
    try:
        same = taken.again(path) == taken.digest
    except UndigestedError:
        return False
    if same:
        # It was only touched, or it has become old enough for its times to tell.
        taken.stamp = stamp
    return same


def trusted_stamp(path: Path) -> bytes | None:
    """Return the stamp of a file, None where it does not tell of every change: of a young file, or a directory."""
    try:
        status: os.stat_result = path.stat()
    except (OSError, ValueError):
        return None
    young = time.time() - max(status.st_mtime, status.st_ctime) < _YOUNG
    return None if young or stat.S_ISDIR(status.st_mode) else stamp_of(status)
