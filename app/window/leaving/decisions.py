"""What is to become of each run and each cluster: by habit, by choice, and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ....core.protocol import ClusterName
    from ....core.protocol.clusters import Fate
    from .alive import ClusterLine, Lines

    Kind = Literal["runs", "clusters"]


@dataclass(frozen=True)
class Habits:
    """What the person does with runs and with clusters: ``ask``, ``stop`` or ``leave``. Any other word is ``ask``."""

    runs: str = "ask"
    clusters: str = "ask"

    def of(self, kind: Kind) -> Fate:
        """Return what is done where nobody is asked."""
        return "leave" if getattr(self, kind) == "leave" else "stop"

    def asks(self, kind: Kind) -> bool:
        """Whether the person wants to be asked."""
        return getattr(self, kind) not in {"stop", "leave"}


@dataclass(frozen=True)
class Decisions:
    """What becomes of each run, by id, and of each cluster, by name."""

    runs: Mapping[str, Fate] = field(default_factory=dict)
    clusters: Mapping[ClusterName, Fate] = field(default_factory=dict)

    def with_run(self, run: str, fate: Fate) -> Decisions:
        """Return these with another fate of a run."""
        return replace(self, runs={**self.runs, run: fate})

    def with_cluster(self, name: ClusterName, fate: Fate) -> Decisions:
        """Return these with another fate of a cluster."""
        return replace(self, clusters={**self.clusters, name: fate})

    def fates(self) -> set[Fate]:
        """Return all fates that there are."""
        return {*self.runs.values(), *self.clusters.values()}

    def request(self) -> dict[str, Any]:
        """Return what the runner is asked to do, as the facts of Leave."""
        return {"runs": dict(self.runs), "clusters": tuple(self.clusters.items())}

    def waits(self, cluster: ClusterLine) -> tuple[str, ...]:
        """Return the runs that go on and use a cluster which is to be stopped: it ends only after them."""
        if self.clusters.get(cluster.name) != "stop":
            return ()
        return tuple(run for run in cluster.used_by if self.runs.get(run) == "leave")


def by_habit(lines: Lines, habits: Habits) -> Decisions:
    """Return what becomes of all that is alive if nobody is asked: what is not known is stopped."""
    return Decisions(
        {one.run: habits.of("runs") for one in lines.runs},
        {one.name: habits.of("clusters") for one in lines.clusters},
    )


def must_ask(lines: Lines, habits: Habits) -> bool:
    """Say whether the person has to be asked: of a kind they want to be, or if others would lose engines by it."""
    if (lines.runs and habits.asks("runs")) or (lines.clusters and habits.asks("clusters")):
        return True
    return habits.of("clusters") == "stop" and any(one.endangered for one in lines.clusters)


def remembered(decisions: Decisions, habits: Habits) -> Habits:
    """Return the habits after a choice: a kind is remembered where all of it was decided alike."""
    return Habits(_habit(decisions.runs.values(), habits.runs), _habit(decisions.clusters.values(), habits.clusters))


def _habit(fates: Iterable[Fate], before: str) -> str:
    decided = set(fates)
    return decided.pop() if len(decided) == 1 else before
