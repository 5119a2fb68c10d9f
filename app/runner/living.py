"""Which processes of clusters are still there that should have ended, and how they are killed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...core.protocol import Living
from ...schemes.ipython.ledger import Ledger
from ...schemes.ipython.logs import noted_numbers
from ...schemes.ipython.proof import end

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...schemes.ipython.ledger import Record
    from ...schemes.ipython.proof import Proof

KILL_SECONDS = 5.0
_PROGRAMS = {"nanny": "nanny", "engine": "engine", "controller": "scheduler"}
"""What a process is that Treadle did not start itself, by a word of its command line."""


def living_of(records: Iterable[Record]) -> tuple[Living, ...]:
    """Return what lives of records, also of those that have been removed since: what they named, and its offspring."""
    found: dict[int, Living] = {}
    for record in records:
        started = {one.proof.pid: one for one in record.processes}
        numbers = noted_numbers(Path(record.logs))
        for proof in record.living():
            one = started.get(proof.pid)
            role = _role(proof) if one is None else one.role
            number = None if one is None else numbers.get(one.uuid)
            found[proof.pid] = Living(role=role, pid=proof.pid, host=record.host, number=number, stuck=proof.stuck)
    return tuple(found[pid] for pid in sorted(found))


def _role(proof: Proof) -> str:
    _, _, program = proof.command.partition("ipyparallel.")
    return next((role for word, role in _PROGRAMS.items() if word in program.partition(" ")[0]), "process of a task")


def end_by_force(records: Iterable[Record], seconds: float = KILL_SECONDS) -> None:
    """Kill what lives of records, by proof, and forget those of which nothing is left."""
    found = list(records)
    end(lambda: [proof for record in found for proof in record.living()], seconds, patience=0.0)
    for record in found:
        Ledger().end(record, 0.1)
