"""Says who uses a cache: files are removed from it only while no run does."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = "in-use"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


BUSY_SECONDS = 5.0
"""How long to wait for somebody who has the cache alone: files are being removed."""

_RETRY_SECONDS = 0.02


class Lease:
    """Tells other processes, until ``end`` or the end of this one, that the cache in ``folder`` is in use.

    It is not ``held`` if somebody had the cache alone all the time that it waits. OSError where there are no locks.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / _NAME, _FLAGS, 0o600)
        try:
            self.held = locked(self._descriptor, fcntl.LOCK_SH, BUSY_SECONDS)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def locked(descriptor: int, kind: int, seconds: float) -> bool:
    """Take a lock on an open file, and say whether it was had in time. OSError where there are no locks."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_RETRY_SECONDS)
        else:
            return True


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
