"""dask: its distributed scheduler on two local workers, and its threaded one."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any, TypeAlias

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag, Step


Graph: TypeAlias = tuple[dict[str, Any], dict[str, str]]
"""Tasks by key, and the keys of what is wanted by the names of the steps."""


class Distributed(Peer):
    """A LocalCluster of processes with one thread each."""

    requires = "distributed"
    most = 2_000

    def start(self) -> None:
        import distributed

        self._cluster = distributed.LocalCluster(
            n_workers=self.workers,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
            local_directory=str(self.folder),
        )
        self._client = distributed.Client(self._cluster)

    def prepare(self, dag: Dag) -> Graph:
        return graph(dag)

    def run(self, prepared: Graph) -> dict[str, Any]:
        steps, wanted = prepared
        return dict(zip(wanted, self._client.get(steps, list(wanted.values())), strict=True))

    def stop(self) -> None:
        self._client.close()
        self._cluster.close()


class Threaded(Peer):
    """dask.threaded, in this process."""

    requires = "dask"

    def start(self) -> None:
        import dask.threaded

        self._get = dask.threaded.get

    def prepare(self, dag: Dag) -> Graph:
        return graph(dag)

    def run(self, prepared: Graph) -> dict[str, Any]:
        steps, wanted = prepared
        return dict(zip(wanted, self._get(steps, list(wanted.values()), num_workers=self.workers), strict=True))


def graph(dag: Dag) -> Graph:
    """The graph as dask writes it: tuples of a function and its arguments, keys where a result is meant."""
    # What has the name of an earlier task is taken for it, and not run again: names must be new each time.
    new = uuid.uuid4().hex[:8]
    steps = {f"{name}-{new}": _task(step, new) for name, step in dag.steps.items()}
    return steps, {name: f"{name}-{new}" for name in dag.wanted}


def _task(step: Step, new: str) -> tuple[Any, ...]:
    return (step.function, *(f"{one.step}-{new}" if type(one) is Of else one for one in step.arguments))
