"""Says of each node of a pipeline whether its results are there already, and if not, why; runs and imports nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..core.cache.fingerprints import Fingerprints
from ..core.cache.keys import NodeKeys, is_cached
from ..core.cache.lookups import remembered_key, result_of
from ..core.cache.notes import difference
from ..core.planning.make_plan import make_plan
from ..core.planning.plan import sources_of
from ..core.run import events as e
from ..core.run.arguments import CallMaker
from ..core.run.scheduler import Policy, Scheduler
from ..core.run.states import TaskState
from ..core.worker.digest import FileDigests
from .keeping import remembered_as
from .search import folder_of, search_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..core.cache.entries import Entry
    from ..core.cache.notes import Parts
    from ..core.cache.signing import Signer
    from ..core.cache.store import Cache
    from ..core.pipeline import Pipeline
    from ..core.planning.plan import Plan, PlanNode
    from ..core.run.tasks import Task

State = Literal["fresh", "stale", "never run", "unknown"]

UPSTREAM = "upstream stale"
EACH_RUN = "it is executed in each run"


@dataclass(frozen=True, slots=True)
class NodeFreshness:
    """How fresh a node is, and why it is not.

    ``tasks`` is how many it has, None where a length is not known before it runs; ``stale`` how many of them have no
    result, as far as they are known. A node that is not cached is ``unknown``: it is executed in each run.
    """

    node: str
    state: State
    reason: str = ""
    tasks: int | None = 1
    stale: int = 0
    mapped: bool = False

    def __str__(self) -> str:
        count = f"{self.stale:,} of {self.tasks:,} " if self.mapped and self.tasks and self.state == "stale" else ""
        return f"{count}{self.state}{f': {self.reason}' if self.reason else ''}"


def freshness(pipeline: Pipeline, cache: Cache, signer: Signer, until: Sequence[str] = ()) -> dict[str, NodeFreshness]:
    """Return how fresh each node of a valid pipeline is, by its id in the plan; ``until`` names the nodes to run to."""
    plan = make_plan(pipeline, tuple(until))
    folder = folder_of(pipeline)
    keys = NodeKeys(
        plan, Fingerprints(search_path(pipeline)), signer, FileDigests(cache.folder / "digests.sqlite"), folder
    )
    return _Rehearsal(plan, cache, keys, folder, remembered_as(pipeline)).result()


class _LaidOut(Scheduler):
    """A scheduler that tells of which nodes all tasks are known: of those that are not mapped they are at once."""

    def __init__(self, plan: Plan, policy: Policy) -> None:
        self.laid_out = {node.number for node in plan.nodes if not node.axes}
        super().__init__(plan, policy)

    def node_laid_out(self, node: int) -> None:
        """Take note that all tasks of a mapped node are made."""
        self.laid_out.add(node)
        super().node_laid_out(node)


class _Rehearsal:
    """Goes through a run as far as results are there; what has none is not executed, and what waits for it waits."""

    def __init__(self, plan: Plan, cache: Cache, keys: NodeKeys, folder: Path, name: str) -> None:
        self._plan = plan
        self._cache = cache
        self._keys = keys
        self._name = name
        self._noted: dict[str, Parts] = cache.noted(name)
        self._reasons: dict[int, str] = {}
        self._missed: dict[int, int] = {}
        self._scheduler = _LaidOut(plan, Policy(look_up=True))
        self._calls = CallMaker(self._scheduler.layout, folder)

    def result(self) -> dict[str, NodeFreshness]:
        events: deque[e.Event] = deque([e.RunStarted()])
        while events:
            commands = self._scheduler.handle(events.popleft())
            wanted = [command.task for command in commands if isinstance(command, e.LookUp)]
            events.extend(self._answers([self._scheduler.layout.tasks[name] for name in wanted]))
        return {node.id: self._told(node) for node in self._plan.nodes}

    def _answers(self, tasks: list[Task]) -> list[e.Event]:
        key_of = {task.id: self._key(task) for task in tasks}
        entries = self._cache.look_up([key for key in key_of.values() if key is not None])
        return [self._answer(task, entries.get(key_of[task.id] or b"")) for task in tasks]

    def _key(self, task: Task) -> bytes | None:
        node = self._plan.nodes[task.node]
        if is_cached(node):
            return self._keys.of(task.node, self._calls.call(task))
        # What it gave last counts, as long as the node is the same: only so can be told what follows from it.
        before = self._noted.get(node.id)
        same = before is not None and not difference(before, self._keys.parts(task.node))
        return remembered_key(self._name, task.id) if same else None

    def _answer(self, task: Task, entry: Entry | None) -> e.Event:
        if entry is None:
            self._missed[task.node] = self._missed.get(task.node, 0) + 1
            return e.TaskMissed(task.id)
        self._keys.settled(task.id, entry)
        result = result_of(entry)
        return e.TaskCached(task.id, e.Outcome(result.items, result.flags, result.absent))

    # What came of it

    def _told(self, node: PlanNode) -> NodeFreshness:
        tasks = list(self._scheduler.layout.of_node(node.number).values())
        missed = self._missed.get(node.number, 0)
        waiting = sum(task.state is TaskState.WAITING for task in tasks)
        mapped = bool(node.axes)
        known = len(tasks) if node.number in self._scheduler.laid_out else None
        if not is_cached(node):
            return NodeFreshness(node.id, "unknown", EACH_RUN, known, missed + waiting, mapped)
        if not missed and not waiting and known is not None:
            return NodeFreshness(node.id, "fresh", "", known, 0, mapped)
        before = self._noted.get(node.id)
        if before is None:
            return NodeFreshness(node.id, "never run", "", known, missed + waiting, mapped)
        changed = difference(before, self._keys.parts(node.number))
        reason = changed or self._other_reason(node, missed)
        if known is None and not changed:
            return NodeFreshness(node.id, "unknown", reason, None, missed + waiting, mapped)
        return NodeFreshness(node.id, "stale", reason, known, missed + waiting, mapped)

    def _other_reason(self, node: PlanNode, missed: int) -> str:
        """Return why a node has no results though nothing of itself changed."""
        if missed:
            if why := self._keys.why_not(node.number):
                return why
            changed = any(self._differs(number) for number in self._upstream(node))
            return "what it reads changed" if changed else "no result is kept"
        for number in self._sources(node):
            source = self._plan.nodes[number]
            if not is_cached(source) and self._missed.get(number) and source.id in self._noted:
                return UPSTREAM if self._differs(number) else "input file changed"
        return UPSTREAM

    def _differs(self, number: int) -> bool:
        before = self._noted.get(self._plan.nodes[number].id)
        return before is None or bool(difference(before, self._keys.parts(number)))

    def _sources(self, node: PlanNode) -> set[int]:
        return {source.node for entry in node.inputs for source in sources_of(entry)} - {node.number}

    def _upstream(self, node: PlanNode) -> set[int]:
        """Return the numbers of all nodes that this one depends on."""
        found: set[int] = set()
        waiting = [node.number]
        while waiting:
            new = self._sources(self._plan.nodes[waiting.pop()]) - found
            found |= new
            waiting.extend(new)
        return found
