"""Takes over what a program started that has gone: it gets a new owner, and a new guardian."""

from __future__ import annotations

import os
import signal
import time

import msgspec
import psutil

from ...core.errors import ClusterError
from .guardian import Guardian
from .ledger import Ledger, Record
from .proof import Proof, proof_of

_GUARDIAN = "treadle.schemes.ipython.guardian"
_GONE_SECONDS = 2.0
_FORGET_SECONDS = 0.1
_READY_SECONDS = 5.0
_PAUSE = 0.02


def taken_over(record_id: str) -> Record:
    """Make this process the owner of what a record names, and return the record.

    ClusterError if it is gone, or if its owner lives. Its guardian is ended: it would end it as nobody's.
    """
    ledger = Ledger()
    record = ledger.read(record_id)
    if record is None or not record.living():
        raise ClusterError("there is nothing left of it")
    if not record.here:
        raise ClusterError(f"it was started on {record.host}", remedy="Take it over there")
    owner = proof_of(os.getpid())
    assert owner is not None
    if record.owner.lives and record.owner != owner and not record.left_running:
        raise ClusterError(f"process {record.owner.pid} holds it", remedy="End that first")
    _end_guardians(ledger, record_id)
    fresh = {"owner": owner, "left_running": False, "survived": 0.0}
    changed = ledger.change(record_id, lambda now: msgspec.structs.replace(now, **fresh))
    if changed is None:
        raise ClusterError("it has just been ended")
    return changed


def leave_running(record_id: str) -> None:
    """Let what a record names live on by itself, as if its owner had left it so; ClusterError if it is gone."""
    record = taken_over(record_id)
    ledger = Ledger()
    guardian = Guardian(ledger, record)
    guardian.wait_ready(_READY_SECONDS)
    ledger.change(record_id, lambda now: msgspec.structs.replace(now, left_running=True))
    guardian.leave()


def leftovers_now() -> tuple[list[Record], bool]:
    """Return what lives although its owner has gone, and whether guardians are about to end more, which is not told.

    What could not be ended and has ended since by itself is forgotten.
    """
    ledger = Ledger()
    found = ledger.leftovers()
    for record in ledger.records():
        if record.survived and record.abandoned and not record.living():
            ledger.end(record, _FORGET_SECONDS)
    free = [record for record in found if not guardians(ledger, record.id)]
    return free, len(free) < len(found)


def guardians(ledger: Ledger, record_id: str) -> list[Proof]:
    """Return the processes that guard what a record names."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cmdline()[-3:] == [_GUARDIAN, str(ledger.folder), record_id] and (one := proof_of(process.pid)):
                found.append(one)
        except psutil.Error:
            continue
    return found


def _end_guardians(ledger: Ledger, record_id: str) -> None:
    left = guardians(ledger, record_id)
    for one in left:
        one.send(signal.SIGKILL)
    until = time.monotonic() + _GONE_SECONDS
    while any(one.lives for one in left):
        if time.monotonic() > until:
            raise ClusterError("the process that guards it does not end")
        time.sleep(_PAUSE)
