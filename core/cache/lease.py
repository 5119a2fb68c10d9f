"""Says who uses a cache: files are removed from it only while no run does."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = "in-use"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Lease:
    """Tells other processes, until ``end`` or the end of this one, that the cache in ``folder`` is in use."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / _NAME, _FLAGS, 0o600)
        with contextlib.suppress(OSError):
            # Who has the cache alone has it only for a moment, and nothing is in use yet.
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def end(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Say whether nobody else uses the cache; while this lasts, nobody can say so either."""
    descriptor = os.open(folder / _NAME, _FLAGS, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
