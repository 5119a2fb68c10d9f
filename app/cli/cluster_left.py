"""What programs that are gone left of clusters: what lives of it, and what can be done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from ...schemes.ipython.adopting import leftovers_now
from .cluster_choice import how_to_name
from .text import one_line

if TYPE_CHECKING:
    from ...schemes.ipython.addresses import Address
    from ...schemes.ipython.finding import Found
    from ...schemes.ipython.ledger import Record
    from ...schemes.ipython.proof import Proof


class LeftBehind(NamedTuple):
    """What lives of these ``records`` of one cluster.

    ``told`` is when it was last told to end and did not, None if it never was.
    """

    records: frozenset[str]
    living: list[Proof]
    told: float | None

    @property
    def how_many(self) -> str:
        """How many processes it is."""
        return "1 process" if len(self.living) == 1 else f"{len(self.living)} processes"

    def offer(self, address: Address) -> str:
        """Return the lines that say so, and what can be done."""
        pids = ", ".join(str(proof.pid) for proof in self.living)
        many = len(self.living) > 1
        if self.told is None:
            why = "the program that started it has gone"
        else:
            at = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.told))
            why = f"told to end at {at}, and {'have' if many else 'has'} not"
            if all(proof.stuck for proof in self.living):
                why += f"; the system holds {'them' if many else 'it'}, perhaps for a disk or a network"
        return (
            f"\nLeft behind of {one_line(str(address))}: process{'es' if many else ''} {pids} ({why}). End "
            f"{'them' if many else 'it'}:\n  treadle cluster stop {how_to_name(address)}\n"
        )


def those_left() -> list[Record]:
    """Return what lives although the program that started it has gone, and what nothing is about to end."""
    return leftovers_now()[0]


def left_of(found: Found, left: list[Record]) -> LeftBehind | None:
    """Return what was left behind of a cluster; None if nothing was."""
    ids = frozenset(record.id for record in left)
    records = [record for record in found.records if record.id in ids]
    living = sorted({proof for record in records for proof in record.living()}, key=lambda proof: proof.pid)
    told = max((record.survived for record in records), default=0.0)
    return LeftBehind(ids, living, told or None) if living else None
