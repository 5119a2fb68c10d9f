"""What the kernel knows of our processes: whose child is whose, and how to end them all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
SPARED = ("multiprocessing.resource_tracker",)
"""Helpers of the standard library that end by themselves, and that later tasks go on using."""


def adopt_orphans(*, adopt: bool = True) -> None:
    """Make orphaned descendants of this process its own children, so that none escapes by forking twice, or stop it."""
    _prctl(_PR_SET_CHILD_SUBREAPER, int(adopt))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends. The parent must have one thread only."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def children(process: int | str = "self") -> list[int]:
    """Return the children of a process, of all its threads; empty if it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):
                found.extend(map(int, (thread / "children").read_text().split()))
    return found


def has_children() -> bool:
    """Say whether this process has a child, dead or alive. One system call."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def command_of(process: int) -> str:
    """Return the command line of a process, as far as it can still be read."""
    with contextlib.suppress(OSError):
        line = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").strip()
        if line:
            return line.decode(errors="replace")[:200]
        return Path(f"/proc/{process}/comm").read_text().strip()
    return "?"


def end_children(seconds: float, others: Collection[int] = ()) -> list[str]:
    """Kill and reap all descendants of this process; return the commands of those that were alive.

    This process must have adopted orphans: the children of what is killed then become its own. Its children among
    ``others`` are left alone.
    """
    ended: list[str] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [child for child in children() if child not in others]
        living = [child for child in found if not _reaped(child) and not _spared(child)]
        if not living:
            break
        ended.extend(map(command_of, living))
        for child in living:
            kill_with_group(child)
        for child in living:
            _wait(child, end)
    return ended


def kill_with_group(process: int) -> None:
    """Kill a process, and its process group if it leads one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process) == process:
            os.killpg(process, signal.SIGKILL)
        os.kill(process, signal.SIGKILL)


def _spared(child: int) -> bool:
    return any(name in command_of(child) for name in SPARED)


def _reaped(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _wait(child: int, end: float) -> None:
    """Reap a child that was killed; one that the kernel holds up (a dead disk, say) is left at the end."""
    while not _reaped(child) and time.monotonic() < end:
        time.sleep(0.001)
