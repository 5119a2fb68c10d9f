"""Says why an engine went, as far as can be known from here."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.worker.failures import Cause
from ..hosting.deaths import cause_of_death

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engines import Engine

    Status = Callable[[str, int], int | None]


class Losses:
    """Finds the cause of a loss.

    ``status`` returns how a process ended that we started (its host and number): its wait status, None if that is not
    known. For others the process table tells at least whether it lives.
    """

    def __init__(self, status: Status | None = None) -> None:
        self._status = status
        self._host = socket.gethostname()

    def recognise(self, engine: Engine) -> None:
        """See whether the process of an engine is one of this machine."""
        engine.began = started(engine.facts.pid) if engine.facts.host == self._host else 0
        engine.local = engine.began > 0

    def unsure(self, engine: Engine) -> bool:
        """Say whether the system may yet tell how an engine ended that is one of ours."""
        if self._status is None or engine.ending or not engine.local:
            return False
        return self._status(engine.facts.host, engine.facts.pid) is None

    def cause(self, engine: Engine) -> Cause:
        """Return why an engine is gone."""
        if engine.ending:
            return Cause("killed", engine.ending)
        facts = engine.facts
        status = self._status(facts.host, facts.pid) if self._status is not None and facts.pid else None
        if status is not None:
            return cause_of_death(status)
        if not engine.local:
            return Cause("lost contact", f"engine {engine.number} on {facts.host or 'an unknown host'} is gone")
        if lives(facts.pid, engine.began):
            why = "its process lives, but it does not answer (stopped, or cut off)"
            return Cause("lost contact", f"engine {engine.number} was given up by its controller: {why}")
        return Cause("killed", f"the process of engine {engine.number} has ended; how is not known")


def lives(pid: int, began: int) -> bool:
    """Say whether a process of this machine is still there, and still the one that began then."""
    found = started(pid)
    return found == began > 0 and _state(pid) not in {"Z", "X"}


def started(pid: int) -> int:
    """Return when a process of this machine began, in ticks of the kernel since it did; 0 if there is none."""
    return int(_fields(pid)[19]) if pid and _fields(pid) else 0


def _state(pid: int) -> str:
    found = _fields(pid)
    return found[0] if found else "X"


def _fields(pid: int) -> list[str]:
    """Return what the kernel tells of a process, behind its name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def kill_local(engine: Engine) -> bool:
    """Kill an engine of this machine; False if it is gone, or the process another one by now."""
    if not engine.local or not lives(engine.facts.pid, engine.began):
        return False
    try:
        os.kill(engine.facts.pid, signal.SIGKILL)
    except OSError:
        return False
    return True
