"""Says why a worker ended, in words a person can use."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.worker.failures import Cause
from .child import CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIM_SECONDS = 10.0
"""So long after a kill was seen a worker may still be about to end: the memory of a large one is given back first."""

UNREACHABLE = Cause("lost contact", CLOSED)

_MOST_KILLS = 10_000
_MOUNT = Path("/sys/fs/cgroup")
_MACHINE = Path("/proc/vmstat")


def left_program(program: str) -> Cause:
    """Return the cause for a worker that lives and cannot be reached; ``program`` is what replaced it, if any did."""
    if not program:
        return UNREACHABLE
    text = f"the module has replaced the program of its worker (as os.execvp does) by {program!r}; "
    return Cause("exited", f"{text}start other programs with subprocess")


def cause_of_death(
    status: int, why: str = "", traceback: str = "", *, out_of_memory: bool = False, peak: int = 0
) -> Cause:
    """Return the cause for a task whose worker ended with this wait status; ``peak`` is the most memory it had.

    ``why`` is what the worker said, with its ``traceback``, if it ended by an error of its own.
    """
    code = os.waitstatus_to_exitcode(status)
    if why == CLOSED:
        return UNREACHABLE
    if code >= 0:
        return Cause("exited", f"exited with code {code}{f': {why}' if why else ''}", traceback=traceback)
    number = -code
    if out_of_memory and number == signal.SIGKILL:
        used = f"; it had {peak / 1e6:.0f} MB" if peak else ""
        return Cause("out of memory", f"the system ended the worker because memory ran out{used}")
    try:
        name = f" ({signal.Signals(number).name})"
    except ValueError:
        name = ""
    return Cause("killed", f"killed by signal {number}{name}")


def over_the_limit(taken: int, limit: int, scheme: str) -> Cause:
    """Return the cause for a task whose worker took more bytes of memory than its scheme is set to allow."""
    return Cause(
        "out of memory",
        f"its process took {taken / 1e9:.3g} GB of memory; each may take {limit / 1e9:.3g} GB, "
        f"as the {scheme} scheme is set",
    )


class MemoryWatch:
    """Tells for which deaths of workers the system ran out of memory, as far as its count says so.

    All watches of this process on one file share what they know: a kill explains one death, in whichever scheme, and
    none of a scheme that was opened after it. May be used from any thread.
    """

    def __init__(self, events: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        events = events or _events_file()
        self._clock = clock
        with _lock:
            self._kills = _Kills(events) if events is None else _kills.setdefault(events, _Kills(events))
            self._before = self._kills.look(clock())

    def struck(self) -> bool:
        """Say whether the system has killed a process that no death was laid to yet: then this one is laid to it.

        It counts before it kills, and perhaps several processes at once, whose ends are heard of one after the other.
        """
        with _lock:
            return self._kills.claim(self._clock(), self._before)


class _Kills:
    """The kills that the kernel has counted in a file, and those of them that explain no death so far."""

    def __init__(self, events: Path | None) -> None:
        self._events = events
        self._seen = self._count() or 0
        self._free: dict[int, float] = {}

    def look(self, now: float) -> int:
        """Take in what was counted since; return how many there were by now."""
        count = self._count()
        if count is not None:
            new = range(max(self._seen, count - _MOST_KILLS), count)
            self._free.update((number + 1, now) for number in new)
            self._seen = count
        self._free = {number: seen for number, seen in self._free.items() if now - seen < CLAIM_SECONDS}
        return self._seen

    def claim(self, now: float, before: int) -> bool:
        """Take one that was seen lately, and that was not among the first ``before``; say whether there is one."""
        self.look(now)
        found = next((number for number in self._free if number > before), None)
        if found is None:
            return False
        del self._free[found]
        return True

    def _count(self) -> int | None:
        """Return how many there were since the system was started; None if that cannot be read."""
        if self._events is None:
            return None
        try:
            facts = (line.partition(" ") for line in self._events.read_text().splitlines())
            return next((int(number) for name, _, number in facts if name == "oom_kill"), None)
        except (OSError, ValueError):
            return None


_kills: dict[Path, _Kills] = {}
"""What is known of the counts of the system, which are one for all schemes of this process."""

_lock = threading.Lock()


def _events_file() -> Path | None:
    """Return where the kernel counts for the control group of this process, else for all; None if it does not."""
    machine = _MACHINE if _MACHINE.exists() else None
    try:
        groups = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return machine
    for number, controllers, path in groups:
        if number == "0":
            found = _MOUNT / path.lstrip("/") / "memory.events"
        elif "memory" in controllers.split(","):
            found = _MOUNT / "memory" / path.lstrip("/") / "memory.oom_control"
        else:
            continue
        if found.exists():
            return found
    return machine
