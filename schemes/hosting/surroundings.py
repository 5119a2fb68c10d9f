"""What all tasks of a worker share, and its restoring after a task that changed it."""

from __future__ import annotations

import _locale
import _signal  # type: ignore[import-not-found]
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

_SIGNALS = (
    signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM, signal.SIGPIPE, signal.SIGHUP,
    signal.SIGUSR1, signal.SIGUSR2, signal.SIGSEGV,
)  # fmt: skip
_LONG_AGO = 1_000_000_000
"""Nanoseconds since 1970: no change of a directory has this time."""

_handler_of = _signal.getsignal
"""What signal.getsignal calls, without making an enum of each answer, which would cost the most here."""


class State:
    """The environment, locale, signals, search path and streams of this process as they were at the start."""

    def __init__(self) -> None:
        self._environment = dict(os.environ)
        self._held = _held_environment()
        self._locale = _locale.setlocale(_locale.LC_ALL)
        self._path = list(sys.path)
        self._streams = sys.stdout, sys.stderr
        self._recursion = sys.getrecursionlimit()
        self._mask = os.umask(0o077)
        os.umask(self._mask)
        self._handlers = self._current_handlers()

    def restore(self) -> None:
        """Undo what a task changed. Costs a few microseconds where it changed nothing."""
        if sys.path != self._path:
            sys.path[:] = self._path
        if (sys.stdout, sys.stderr) != self._streams:
            sys.stdout, sys.stderr = self._streams
        if getattr(os.environ, "_data", os.environ) != self._held:
            self._restore_environment()
        if self._current_handlers() != self._handlers:
            self._restore_handlers()
        if _locale.setlocale(_locale.LC_ALL) != self._locale:
            _locale.setlocale(_locale.LC_ALL, self._locale)
        if sys.getrecursionlimit() != self._recursion:
            sys.setrecursionlimit(self._recursion)
        os.umask(self._mask)

    def keep_streams(self) -> None:
        """Take the standard streams as they are now for those of all tasks from now on."""
        self._streams = sys.stdout, sys.stderr

    def set_variable(self, name: str, value: str) -> None:
        """Change the environment of all tasks from now on."""
        self._environment[name] = os.environ[name] = value
        self._held = _held_environment()

    def _current_handlers(self) -> list[object]:
        return list(map(_handler_of, _SIGNALS))

    def _restore_handlers(self) -> None:
        for number, handler in zip(_SIGNALS, self._handlers, strict=True):
            if handler is not None:
                _signal.signal(number, handler)

    def _restore_environment(self) -> None:
        os.environ.clear()
        os.environ.update(self._environment)
        self._held = _held_environment()


class Surroundings(State):
    """That, and a working directory for all tasks: ``home``. Files that a task leaves in it are removed."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = str(home)
        os.chdir(home)
        self._place = _aged_place()

    def restore(self) -> None:
        """Undo what a task changed, and remove what it left. Costs a few microseconds where there is nothing."""
        super().restore()
        if _place() != self._place:
            self._restore_home()

    def end_alarms(self) -> None:
        """Let no alarm that a task has set go off in a later one."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _restore_home(self) -> None:
        home = Path(self._home)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chdir(home)
        for entry in list(home.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
        self._place = _aged_place()


def _held_environment() -> dict[Any, Any]:
    # Decoding all variables to compare them would take longer than a short task.
    return dict(getattr(os.environ, "_data", None) or os.environ)


def _aged_place() -> tuple[int, ...]:
    """Make this directory look old, and return what tells it from itself with other entries, however new they are."""
    os.utime(".", ns=(_LONG_AGO, _LONG_AGO))
    return _place()


def _place() -> tuple[int, ...]:
    """Return what tells this directory from others, and from itself with other entries."""
    try:
        found = os.stat(".")  # noqa: PTH116 - in a removed directory Path is no better
    except OSError:
        return (0, 0, 0)
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
