"""What is alive when a window is to go, and what becomes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from ...core import protocol as p
from ...core.background import BackgroundThread
from .alive import alive_run, cluster_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cluster_desk import ClusterDesk
    from .clusters import Clusters
    from .operations import Operation, Operations
    from .runs import Runs

UNDO_SECONDS = 2.0
"""In which a start that is under way is given up, with nothing left of it."""

LOOK_SECONDS = 2.0


class Leaving:
    """Says what is alive, and carries out what was decided; ``alone`` says whether runs go on without the window."""

    def __init__(self, runs: Runs, desk: ClusterDesk, operations: Operations) -> None:
        self._runs, self._desk, self._operations = runs, desk, operations
        self.alone = False
        self.requests: dict[type[p.Request], Callable[[Any, Operation], p.Message]] = {
            p.AskAlive: lambda _asked, _operation: self._alive(),
            p.Leave: self._leave,
        }

    @property
    def _clusters(self) -> Clusters | None:
        return self._desk.made

    def _alive(self) -> p.Alive:
        held = [] if self._clusters is None else self._clusters.held()
        rows: list[p.ClusterRow] = []
        if held:
            with ThreadPoolExecutor(len(held)) as looking:
                rows = list(looking.map(lambda one: one.row(LOOK_SECONDS), held))
        return p.Alive(runs=tuple(map(alive_run, self._runs.going_on())), clusters=tuple(rows))

    def _leave(self, asked: p.Leave, operation: Operation) -> p.Left:
        self._operations.cancel_all(UNDO_SECONDS, but=operation)
        going = self._runs.going_on()
        left = [one for one in going if asked.runs.get(one.run.id) == "leave"]
        ending = BackgroundThread(
            target=self._runs.end,
            args=([one.run.id for one in going if one not in left], asked.deadline / 2),
            name="treadle-leave",
            daemon=True,
        )
        ending.start()
        in_use = {p.ClusterName(one.profile, one.cluster_id) for one in map(cluster_of, left) if one is not None}
        still: dict[p.ClusterName, tuple[p.Living, ...]] = {}
        if self._clusters is not None:
            still = self._clusters.let_go(dict(asked.clusters), asked.deadline, in_use)
        ending.join(asked.deadline)
        self.alone = bool(left)
        return p.Left(still_there=tuple(sorted(still.items())), runs=tuple(one.run.id for one in left if not one.over))

    def close(self) -> None:
        """End what is held, but what is to be left running; nothing of a start that is under way is left."""
        self._operations.cancel_all(UNDO_SECONDS)
        if self._clusters is not None:
            self._clusters.close()
