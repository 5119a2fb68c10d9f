"""Says why a worker ended, in words a person can use."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from ...core.worker.failures import Cause

_MOUNT = Path("/sys/fs/cgroup")


def cause_of_death(
    status: int, why: str = "", traceback: str = "", *, out_of_memory: bool = False, peak: int = 0
) -> Cause:
    """Return the cause for a task whose worker ended with this wait status; ``peak`` is the most memory it had.

    ``why`` is what the worker said, with its ``traceback``, if it ended by an error of its own.
    """
    code = os.waitstatus_to_exitcode(status)
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
    """Counts how often the system killed a process of our control group for want of memory."""

    def __init__(self, events: Path | None = None) -> None:
        self._events = events or _events_file()
        self._seen = self._count()

    def struck(self) -> bool:
        """Say whether it happened again since this was last asked."""
        count, before = self._count(), self._seen
        self._seen = count
        return count > before

    def _count(self) -> int:
        if self._events is None:
            return 0
        try:
            facts = dict(line.split() for line in self._events.read_text().splitlines())
            return int(facts.get("oom_kill", 0))
        except (OSError, ValueError):
            return 0


def _events_file() -> Path | None:
    """Return where the kernel counts for the control group of this process; None if it does not."""
    try:
        groups = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return None
    for number, controllers, path in groups:
        if number == "0":
            found = _MOUNT / path.lstrip("/") / "memory.events"
        elif "memory" in controllers.split(","):
            found = _MOUNT / "memory" / path.lstrip("/") / "memory.oom_control"
        else:
            continue
        if found.exists():
            return found
    return None
