"""Runs a pipeline in this thread with a cache, and tells which tasks were executed and which were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caching import SECONDS, SIGNER
from call_forms import shaped

from treadle.core.cache.earlier import CachedResults
from treadle.core.cache.fingerprints import Fingerprints
from treadle.core.cache.keys import NodeKeys
from treadle.core.planning.make_plan import make_plan
from treadle.core.run.executor import Executor
from treadle.core.run.scheduler import Policy
from treadle.core.run.states import TaskState
from treadle.core.worker.digest import FileDigests
from treadle.schemes.serial import SerialScheme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from caching import Caches

    from treadle.core.pipeline import Pipeline
    from treadle.core.worker.call import Call


class DigestingScheme(SerialScheme):
    """Gives digests of what those nodes return that have no keys."""

    nodes: frozenset[str] = frozenset()

    def submit(self, calls: Sequence[Call]) -> None:
        digested = ((call, call.task.partition("[")[0] in self.nodes) for call in calls)
        super().submit([shaped(call, digest=digest) for call, digest in digested])


@dataclass
class Ran:
    """What came of a run: the tasks by how they ended, and the executor to ask for values."""

    executed: list[str]
    found: list[str]
    failed: list[str]
    values: dict[str, Any]


def run(pipeline: Pipeline, caches: Caches, folder: Path, name: str = "", resume: str = "") -> Ran:
    """Run a pipeline to its end with the cache, which is closed again."""
    plan = make_plan(pipeline)
    cache = caches.open()
    keys = NodeKeys(plan, Fingerprints([folder]), SIGNER, FileDigests(folder / "digests.sqlite"), folder)
    scheme = DigestingScheme(cache.files, [folder])
    earlier = CachedResults(cache, keys, plan, name or pipeline.title, resume)
    scheme.nodes = frozenset(plan.nodes[number].id for number in earlier.digested)
    executor = Executor(
        plan, {"serial": scheme}, Policy(("serial",), look_up=True), folder=folder, earlier=earlier
    )  # fmt: skip
    executor.run()
    while earlier.waiting:
        executor._take(executor._next())
    ended = {state: [r.id for r in executor.records.values() if r.state is state] for state in TaskState}
    values = {}
    for task in (*ended[TaskState.SUCCEEDED], *ended[TaskState.CACHED]):
        known = executor.scheduler.layout.tasks[task]
        for port in plan.nodes[known.node].module.outputs:
            if not known.lacks(port.name):
                values[f"{task}.{port.name}"] = executor.results.value(task, port.name)
    executor.close()
    earlier.close()
    assert cache.close(SECONDS)
    assert not caches.told
    return Ran(ended[TaskState.SUCCEEDED], ended[TaskState.CACHED], ended[TaskState.FAILED], values)
