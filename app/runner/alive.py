"""Which runs of a runner go on, and on which engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.protocol import AliveRun, ClusterName
from ...core.run.states import HANDED_OUT, TaskState

if TYPE_CHECKING:
    from ...schemes.ipython.addresses import Address
    from .runs import Going, Runs

_ENGINE = "engine "
_TO_DO = frozenset({TaskState.WAITING, TaskState.READY}) | HANDED_OUT


def tasks_on(runs: Runs, address: Address) -> dict[int, str] | None:
    """Return what the engines of a cluster execute, by their numbers; None if no run that goes on uses it."""
    using = [going for going in runs.going_on() if cluster_of(going) == address]
    if not using:
        return None
    return {
        int(record.worker.removeprefix(_ENGINE)): record.id
        for going in using
        for record in list(going.run.executor.records.values())
        if record.state is TaskState.RUNNING and record.scheme == "ipython" and _is_engine(record.worker)
    }


def _is_engine(worker: str) -> bool:
    return worker.startswith(_ENGINE) and worker.removeprefix(_ENGINE).isdigit()


def cluster_of(going: Going) -> Address | None:
    """Return the cluster that a run uses, or will use; None if it has none, or one of its own."""
    scheme = going.run.executor.schemes.get("ipython")
    return getattr(scheme, "address", None)


def alive_run(going: Going) -> AliveRun:
    """Return what a person is told of a run that goes on."""
    states = going.feed.states()
    known = len(going.feed.nodes()) == len(going.run.plan.nodes)
    address, pipeline = cluster_of(going), going.run.pipeline
    return AliveRun(
        run=going.run.id,
        name=pipeline.title or (pipeline.file.stem if pipeline.file else ""),
        done=sum(count for state, count in states.items() if TaskState(state) not in _TO_DO),
        total=sum(states.values()) if known else -1,
        seconds=going.feed.seconds,
        clusters=() if address is None else (ClusterName(address.profile, address.cluster_id),),
    )
