"""What the kernel knows of our processes: whose child is whose, and how to end them all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from subprocess import Popen

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
SPARED = ("multiprocessing.resource_tracker", "multiprocessing.forkserver", "loky.backend")
"""Helpers of the standard library and of joblib that end by themselves, and that later tasks go on using."""

QUICKEST = 50e-6
"""Seconds; a process cannot be started in less."""


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


def children_of(thread: int) -> list[int]:
    """Return the children that a thread of this process has started; those of orphans are with the first thread."""
    with contextlib.suppress(OSError):
        return list(map(int, Path(f"/proc/self/task/{thread}/children").read_text().split()))
    return []


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
        living = [child for child in found if not _reaped(child) and not is_spared(child)]
        if not living:
            break
        ended += _ended(living, end)
    return ended


def end_families(processes: Iterable[int], seconds: float, *, reap: bool = True) -> list[str]:
    """Kill these children of this process, and what they have started; return the commands of those that were alive.

    This process must have adopted orphans, as above. Without ``reap`` somebody else waits for these children.
    """
    ended: list[str] = []
    end = time.monotonic() + seconds
    while living := [one for one in processes if not _reaped(one, reap=reap) and not is_spared(one)]:
        below = {child for one in living for child in children(one)}
        ended += _ended(living, end, reap=reap)
        # They are ours now, if they are still there.
        processes, reap = below.intersection(children()), True
        if time.monotonic() > end:
            break
    return ended


def leftover_line(command: str) -> str:
    """Return what the log of a task says of a process that it left, by the command of that."""
    return f"ended a process that the task left: {command}"


def started(process: int) -> int:
    """Return when a process started, in ticks of this boot; 0 if it is gone. No other one has its number and this."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


class Proven(NamedTuple):
    """A process that may have ended, and somebody else's may have its number by now: it is signalled only if not."""

    pid: int
    started: int

    def send(self, number: int) -> None:
        """Send it a signal, if it is there."""
        with self._held() as handle:
            if handle is not None:
                self._send(handle, number)

    def kill_with_group(self) -> None:
        """Kill it, if it is there, and its process group if it leads one."""
        with self._held() as handle, contextlib.suppress(OSError):
            if handle is not None:
                if os.getpgid(self.pid) == self.pid:
                    os.killpg(self.pid, signal.SIGKILL)
                self._send(handle, signal.SIGKILL)

    @contextlib.contextmanager
    def _held(self) -> Iterator[int | None]:
        """Give a handle of it, -1 where the system has none; None if it is not there."""
        try:
            handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") and self.pid else -1
        except OSError:
            handle = -1
        try:
            # The handle was taken first: should the process end now, the signal reaches no other one.
            yield handle if self.started and started(self.pid) == self.started else None
        finally:
            if handle >= 0:
                os.close(handle)

    def _send(self, handle: int, number: int) -> None:
        with contextlib.suppress(OSError):
            if handle >= 0:
                signal.pidfd_send_signal(handle, number)
            else:
                os.kill(self.pid, number)


def kill_own(process: Popen[bytes]) -> None:
    """Kill a process that this one has started, with its group, unless it has been waited for already."""
    if process.poll() is None:
        kill_with_group(process.pid)


def kill_with_group(process: int) -> None:
    """Kill a process, and its process group if it leads one. It must be a child that nobody has waited for yet."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process) == process:
            os.killpg(process, signal.SIGKILL)
        os.kill(process, signal.SIGKILL)


def is_spared(child: int) -> bool:
    """Say whether a child is one of those that are left alone."""
    command = command_of(child)
    return any(name in command for name in SPARED)


def _ended(living: list[int], end: float, *, reap: bool = True) -> list[str]:
    """Kill these children, and wait for them until ``end``; return their commands."""
    commands = list(map(command_of, living))
    for child in living:
        kill_with_group(child)
    for child in living:
        _wait(child, end, reap=reap)
    return commands


def _reaped(child: int, *, reap: bool = True) -> bool:
    """Say whether a child has ended, and reap it if so, unless somebody else is to."""
    try:
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | (0 if reap else os.WNOWAIT)) is not None
    except ChildProcessError:
        return True


def _wait(child: int, end: float, *, reap: bool = True) -> None:
    """Reap a child that was killed; one that the kernel holds up (a dead disk, say) is left at the end."""
    while not _reaped(child, reap=reap) and time.monotonic() < end:
        time.sleep(0.001)
