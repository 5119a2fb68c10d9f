"""What a scenario is: work for a peer, and the figures that come of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..peers.inline import Inline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..dag import Dag
    from ..peers.peer import Peer


class Figure(NamedTuple):
    """One number that was measured; ``note`` says what is special about it, ``parts`` what it is made of."""

    name: str
    value: float
    note: str = ""
    parts: dict[str, float] = {}  # noqa: RUF012 - a tuple's default, never changed


class Bench(NamedTuple):
    """Where and how a peer is measured. ``make`` gives a fresh one that keeps its things in ``folder``."""

    make: Callable[..., Peer]
    folder: Path
    quick: bool
    born: float
    """When the process was started, by the monotonic clock."""

    def of(self, full: int, quick: int) -> int:
        """Return the size of the work."""
        return quick if self.quick else full


class Scenario(Protocol):
    """A module of this folder."""

    PEERS: tuple[str, ...]
    TITLES: dict[str, str]
    """What each figure says, with its unit at the end, behind a comma."""
    TARGETS: dict[str, float]
    DEADLINE: float
    """Seconds after which a peer is said to hang: it is ended."""

    def measure(self, bench: Bench) -> Iterator[Figure]:
        """Measure a peer; each figure is told as soon as it is known."""


class Timed(NamedTuple):
    """A graph that was run: its values, and the seconds of each part."""

    values: dict[str, Any]
    parts: dict[str, float]

    @property
    def seconds(self) -> float:
        """From a prepared graph to the values in the hands of the caller."""
        return self.parts["run"] + self.parts["values"]


def timed(peer: Peer, dag: Dag) -> Timed:
    """Run a graph once."""
    clock = time.perf_counter
    began = clock()
    prepared = peer.prepare(dag)
    ready = clock()
    ran = peer.run(prepared)
    ended = clock()
    values = peer.values(ran)
    parts = {"prepare": ready - began, "run": ended - ready, "values": clock() - ended}
    return Timed({name: values[name] for name in dag.wanted}, parts)


def right_values(dag: Dag) -> dict[str, Any]:
    """Return what a run must give."""
    found = Inline(1, Path()).run(dag)
    return {name: found[name] for name in dag.wanted}
