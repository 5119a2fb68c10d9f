"""Turns a freshly forked process into a worker: its descriptors, its streams, and what it may not outlive."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import socket
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.worker.files import FileStore
from . import kin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRESS_SECONDS = 1 / 30
"""What a task tells of its progress is passed on no more often than this."""

CHANNEL, PRINTED = 3, 4
"""The descriptors of a worker: its channel, and a copy of what its standard output was at the start.

Behind them come those that its scheme adds."""

CLOSED = (
    "the worker cannot be reached any more: its module has closed descriptors that it did not open (as "
    "os.closerange does)"
)


class ClosedDescriptorsError(Exception):
    """A module has closed or replaced what this worker needs to talk with its owner."""


@dataclass(frozen=True)
class Setup:
    """What every worker of a pool is told.

    Folders for values (in memory, on disk) and for the files of modules, the search path, the mark that ends what
    a task printed, and what it does: ``serve`` names a function that is called with this and the channel; how many
    bytes of values a worker may keep to itself; how many files it may open, 0 for as many as its owner;
    which folders go with the owner; how many bytes of memory a worker may take, 0 for as many as there are; and the
    folder for those files of modules that find no room in the other one.
    """

    memory: str
    disk: str
    files: str
    search_path: tuple[str, ...]
    mark: bytes
    serve: str
    budget: int = 1 << 62
    open_files: int = 0
    folders: tuple[str, ...] = ()
    memory_limit: int = 0
    spare: str = ""

    @property
    def store(self) -> FileStore:
        """Where the files of modules are kept."""
        return FileStore(Path(self.files), Path(self.spare) if self.spare else None)

    @property
    def overflow(self) -> tuple[Path, ...]:
        """The folders for what is too large for a channel, in the order in which they are tried."""
        return Path(self.memory), Path(self.disk)


def begin(setup: Setup, descriptors: Sequence[int], serve: Callable[[Setup, socket.socket], None]) -> None:
    """Turn this freshly forked process into a worker; return when its owner has no more for it."""
    os.setpgid(0, 0)
    kin.die_with_parent(os.getppid())
    kin.adopt_orphans()
    _rearrange(*descriptors)
    _limit_files(setup.open_files)
    sys.path[:] = setup.search_path
    # Scripts travel by value: nobody must take the supervisor for the user's script.
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the worker lives
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(  # noqa: SIM115 - for as long as the worker lives
            descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    before = _whats_open()
    own = socket.socket(fileno=CHANNEL)
    try:
        serve(setup, own)
    except BaseException:
        if _whats_open() != before:
            # Where that was noticed says nothing to whoever wrote the module.
            raise ClosedDescriptorsError(CLOSED) from None
        raise
    finally:
        # The end of this process closes it, if no module has.
        own.detach()


def _whats_open() -> list[tuple[int, int]]:
    """Return what tells our own descriptors from others, as far as they are open."""
    found = []
    for descriptor in (CHANNEL, PRINTED):
        with contextlib.suppress(OSError):
            one = os.fstat(descriptor)
            found.append((one.st_dev, one.st_ino))
    return found


def _rearrange(channel: int, printed: int, *more: int) -> None:
    """Put the channel at 3, what is printed at 1, 2 and 4, more from 5 on, nothing at 0, and close all else.

    Modules may close or redirect 1 and 2.
    """
    nothing = os.open(os.devnull, os.O_RDONLY)
    # Out of the way of the places they go to.
    channel, printed, *others = (fcntl.fcntl(one, fcntl.F_DUPFD, 20) for one in (channel, printed, *more))
    os.dup2(nothing, 0)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.dup2(channel, CHANNEL, inheritable=False)
    os.dup2(printed, PRINTED, inheritable=False)
    for place, one in enumerate(others, PRINTED + 1):
        os.dup2(one, place, inheritable=False)
    os.closerange(PRINTED + 1 + len(others), os.sysconf("SC_OPEN_MAX"))


def _limit_files(count: int) -> None:
    """Let modules find the limit that their user knows: that of the owner may have been raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if count and count != soft:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def peak_memory() -> int:
    """Return the largest resident memory, in bytes, since this was last called; 0 where the system does not
    tell."""
    try:
        with open("/proc/self/status", "rb") as status:  # noqa: PTH123 - as cheap as can be
            for line in status:
                if line.startswith(b"VmHWM"):
                    peak = int(line.split()[1]) * 1024
                    break
            else:
                return 0
        with open("/proc/self/clear_refs", "wb") as clear:  # noqa: PTH123 - as cheap as can be
            clear.write(b"5")
    except OSError:
        return 0
    return peak


class Progress:
    """Passes on how far a task is, at most thirty times a second; the last word always."""

    def __init__(self, send: Callable[[float, str], None]) -> None:
        self._send = send
        self._next = 0.0
        self._waiting: tuple[float, str] | None = None

    def __call__(self, fraction: float, text: str) -> None:
        """Take note of how far the task is."""
        now = time.monotonic()
        if now < self._next:
            self._waiting = fraction, text
            return
        self._next = now + PROGRESS_SECONDS
        self._waiting = None
        self._send(fraction, text)

    def flush(self) -> None:
        """Send what was held back."""
        if self._waiting is not None:
            self._send(*self._waiting)
            self._waiting = None
