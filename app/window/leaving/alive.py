"""What is alive when the window closes, in the order in which it is shown: runs, then clusters by host."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....core.protocol import Alive, AliveRun, ClusterName, ClusterRow, EngineRow


@dataclass(frozen=True)
class HostLine:
    """Engines of one host; ``host`` is empty where it is not known."""

    host: str
    engines: int
    busy: int
    processes: tuple[int, ...]


@dataclass(frozen=True)
class ClusterLine:
    """A cluster of which something is ours. ``controller``: its process, 0 if that is not known.

    ``ours``: Treadle started the controller, so that the engines of others end with it, too. ``used_by`` are runs.
    """

    name: ClusterName
    ours: bool
    controller: int
    own: tuple[HostLine, ...]
    foreign: tuple[HostLine, ...]
    used_by: tuple[str, ...] = ()

    @property
    def engines(self) -> int:
        """How many engines Treadle started."""
        return sum(host.engines for host in self.own)

    @property
    def endangered(self) -> int:
        """How many engines of others are lost if this is stopped."""
        return sum(host.engines for host in self.foreign) if self.ours else 0


@dataclass(frozen=True)
class Lines:
    """All that is alive; false if nothing is. A run without a name has its id for one."""

    runs: tuple[AliveRun, ...] = ()
    clusters: tuple[ClusterLine, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.runs or self.clusters)


def lines_of(alive: Alive) -> Lines:
    """Return what the runner told, as lines: what was begun first comes first, clusters by name."""
    runs = sorted(alive.runs, key=lambda one: (-one.seconds, one.run))
    return Lines(
        tuple(structs.replace(one, name=one.name or one.run) for one in runs),
        tuple(_cluster(one, runs) for one in sorted(alive.clusters, key=lambda one: one.name)),
    )


def _cluster(row: ClusterRow, runs: Iterable[AliveRun]) -> ClusterLine:
    return ClusterLine(
        name=row.name,
        ours=row.ours,
        controller=row.process or 0 if row.ours else 0,
        own=_hosts(one for one in row.engines if one.ours),
        foreign=_hosts(one for one in row.engines if not one.ours),
        used_by=tuple(one.run for one in runs if row.name in one.clusters),
    )


def _hosts(engines: Iterable[EngineRow]) -> tuple[HostLine, ...]:
    known = list(engines)
    count = Counter(one.host or "" for one in known)
    return tuple(_host(host, [one for one in known if (one.host or "") == host]) for host in sorted(count))


def _host(host: str, engines: list[EngineRow]) -> HostLine:
    busy = sum(one.state == "busy" for one in engines)
    return HostLine(host, len(engines), busy, tuple(sorted(one.pid for one in engines if one.pid)))
