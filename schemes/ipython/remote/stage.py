"""The process as a task finds it; all that belongs to the engine and its user is put aside, and back afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import types
from typing import TYPE_CHECKING

from ...hosting import kin
from ...hosting.process_state import ProcessState
from ...hosting.surroundings import State, Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .printed import Printed

ALIVE = 0.005
"""Seconds; after tasks that take longer, the children of all threads are looked at, else those of the main one."""

_BIRTH = 50e-6
"""Seconds; a process cannot be started in less."""


class Stage:
    """Set up for one batch: working directory, environment, search path, streams, ``__main__`` and children."""

    def __init__(
        self, home: Path, printed: Printed, environment: Mapping[str, str], search_path: Sequence[str]
    ) -> None:
        self._home = home
        self._printed = printed
        self._environment = environment
        self._search_path = search_path

    def __enter__(self) -> Surroundings:
        # Whoever cleans up temporary folders may have been here.
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._pid = os.getpid()
        with contextlib.ExitStack() as way_back:
            self._put_aside(way_back)
            self._set_up(way_back)
            self._way_back = way_back.pop_all()
        return self.surroundings

    def __exit__(self, *_: object) -> None:
        self._way_back.close()

    def _put_aside(self, way_back: contextlib.ExitStack) -> None:
        """Take note of what is the engine's, to be put back."""
        if _adopts_orphans(adopt=True):
            way_back.callback(_adopts_orphans, adopt=False)
        way_back.callback(_return_to, _here())
        way_back.callback(State().restore)
        if signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0):
            way_back.callback(signal.setitimer, signal.ITIMER_REAL, 0)
        way_back.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        if "__main__" in sys.modules:
            way_back.callback(sys.modules.__setitem__, "__main__", sys.modules["__main__"])

    def _set_up(self, way_back: contextlib.ExitStack) -> None:
        """Make all ready for the tasks."""
        way_back.enter_context(self._printed)
        os.environ.update(self._environment)
        sys.path.extend(folder for folder in self._search_path if folder not in sys.path)
        # Scripts travel by value: nobody must take the engine, or what its user has there, for the user's script.
        sys.modules["__main__"] = types.ModuleType("__main__")
        # What modules put into temporary files is removed with the session.
        tempfile.tempdir = str(self._home.parent)
        self.surroundings = Surroundings(self._home)
        self.process = ProcessState()
        way_back.callback(self.surroundings.restore)
        self._others = frozenset(kin.children())
        self._quick = _OwnChildren()
        self._known = self._quick.read()
        way_back.callback(self._quick.close)
        way_back.callback(self.end_children, ALIVE)

    def is_forked(self) -> bool:
        """Say whether this is the child of a process that forked in a module: it must not answer in its place."""
        return os.getpid() != self._pid

    def end_children(self, seconds: float) -> list[str]:
        """End what a task that took so many seconds has left running; return their commands.

        Children that the engine had before, such as the process that looks after it, are left alone.
        """
        if seconds < _BIRTH or (seconds < ALIVE and self._quick.read() == self._known):
            return []
        return kin.end_children(1.0, self._others)


class _OwnChildren:
    """The children of the main thread, read as quickly as can be."""

    def __init__(self) -> None:
        name = f"/proc/self/task/{os.getpid()}/children"
        try:
            self._file = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1

    def read(self) -> bytes:
        return os.pread(self._file, 4096, 0) if self._file >= 0 else b""

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)


def _adopts_orphans(*, adopt: bool) -> bool:
    """Have children of children that end become ours, or no longer; False where the system cannot do that."""
    try:
        kin.adopt_orphans(adopt=adopt)
    except (OSError, AttributeError):
        return False
    return True


def _here() -> int:
    """Return the working directory, by descriptor: it may be removed meanwhile; -1 if it cannot be read."""
    try:
        return os.open(".", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _return_to(place: int) -> None:
    if place >= 0:
        with contextlib.suppress(OSError):
            os.fchdir(place)
        os.close(place)
