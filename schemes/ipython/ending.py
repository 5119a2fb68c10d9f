"""Ends what Treadle started of clusters: all that records name, or one engine with what its tasks started."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psutil

from ...core.errors import ClusterError
from .ledger import Ledger
from .proof import Proof, end, proof_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .ledger import Record

STOP_SECONDS = 10.0
_KILL_SECONDS = 1.0
_NANNY = "ipyparallel.engine.nanny"


def stop_records(records: Iterable[Record], seconds: float = STOP_SECONDS) -> None:
    """End what Treadle started, in whichever program; ClusterError names what could not be ended."""
    ledger, left = Ledger(), []
    for record in records:
        if not record.here:
            raise ClusterError(f"it was started on {record.host}", remedy="Stop it there")
        left += ledger.end(record, seconds)
    if left:
        raise not_ended(left)


def not_ended(left: Iterable[Proof], where: str = "") -> ClusterError:
    """Return the error that names what did not end, and what can be done about it."""
    living = list(left)
    listed = ", ".join(f"{proof.pid} ({proof.command[:60]})" for proof in living)
    held = all(proof.stuck for proof in living)
    return ClusterError(
        f"these processes cannot be ended{', as the system holds them' if held else ''}: {listed}",
        where=where,
        remedy="They are offered again: by the window at its start, and by `treadle cluster list`",
    )


def kill_with_children(proof: Proof) -> None:
    """Kill an engine, then what its tasks started; its nanny ends by itself."""
    children: list[Proof] = []
    with contextlib.suppress(psutil.Error):
        if proof.lives:
            found = psutil.Process(proof.pid).children(recursive=True)
            children = [one for child in found if (one := proof_of(child.pid)) and _NANNY not in one.command]
    end(lambda: [proof, *children], _KILL_SECONDS, patience=0.0)
