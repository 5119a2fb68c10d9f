"""Serves a run from the cache: finds its results by their keys, and has new ones kept."""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING, Any

from ..planning.plan import Constant, Swept
from ..run.earlier import GoneError
from ..scheme import Exported
from ..worker.execute import Result
from ..worker.failures import Cause
from ..worker.handing import INLINE, load
from ..worker.secrets import referenced_names
from .arriving import Arrival, Arriving
from .claims import Claims
from .clerk import Clerk
from .entries import Keeping, NotInCacheError
from .lookups import LookUps, remembered_key
from .writer import STORE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..planning.plan import Plan, PlanNode
    from ..run.earlier import LookedUp
    from ..run.events import TaskId
    from ..run.tasks import Task
    from ..scheme import Ended
    from ..worker.call import Call, ValueId
    from ..worker.handing import Handed
    from .entries import ValuePlace
    from .keys import NodeKeys
    from .store import Cache

FEW = 16
"""So many results are looked up at once in the executor's thread, where that takes no time."""

_log = logging.getLogger(__name__)


class CachedResults:
    """What a run needs of the cache; see ``Earlier``.

    ``pipeline`` is what the pipeline is remembered by: its file, or its name. Results that have no key by lineage are
    kept, too, if there is a ``run``: for this run alone, should it be resumed with the same calls. Keys, files and the
    index are the business of a clerk: what the executor asks takes it no time. Files in the folder ``spare`` found no
    room in the cache.
    """

    def __init__(self, cache: Cache, keys: NodeKeys, plan: Plan, pipeline: str, run: str = "") -> None:
        self._cache = cache
        self._keys = keys
        self._plan = plan
        self._pipeline = pipeline
        self._run = run
        self._claims = Claims(cache.folder)
        self._look_ups = LookUps(cache, keys, self._claims, run, [node.number for node in plan.sinks()])
        self._clerk = Clerk("treadle-look-up", keys.look_again, self._look_ups.look_again)
        self._hear: Callable[[LookedUp | Exported], None] = lambda _answer: None
        self._arriving = Arriving()
        self.spare = ""
        self._hopeful = False
        self._node_of: dict[TaskId, int] = {}
        noted = cache.noted(pipeline)
        self._noted: set[int] = set()
        self._secret = {node.number for node in plan.nodes if _has_secret(node)}
        self._unknown = {node.number for node in plan.nodes if node.id not in noted}

    @property
    def digested(self) -> frozenset[int]:
        """The nodes whose calls shall give digests of their results, by number."""
        return self._keys.digested(told=bool(self._run))

    def open(self, hear: Callable[[LookedUp | Exported], None]) -> None:
        """Begin to serve a run; ``hear`` gets the answers, in a thread of their own."""
        self._hear = hear
        self._look_ups.hear = self._answer
        self._clerk.ask(self._keys.prepare)

    def close(self, deadline: float = 10.0) -> bool:
        """Have all kept that has come in full, and let go of the rest; say whether ``deadline`` seconds were enough."""
        done = self._clerk.flush(deadline)
        self._arriving.close()
        # Who waits for what was made here finds it, or computes it.
        done = self._cache.flush(deadline) and done
        self._clerk.ask(self._claims.close)
        return self._clerk.close(deadline) and done

    def find(self, wanted: Sequence[tuple[Task, Call]]) -> None:
        """Look results up, without their values; the answers are given as LookedUp."""
        if self._unknown:
            self._node_of.update((task.id, task.node) for task, _ in wanted)
        few = self._hopeful and len(wanted) <= FEW
        self._hopeful = few and self._clerk.do_now(partial(self._look_ups.find_now, wanted))
        if not self._hopeful:
            self._clerk.ask(partial(self._look_ups.find, wanted))

    def _answer(self, answer: LookedUp) -> None:
        # Where one after the other is there, to ask the clerk for each would take longer than to look.
        self._hopeful = not answer.missed
        self._hear(answer)
        for name in answer.found if self._unknown else ():
            if self._node_of[name] in self._unknown:
                self._note_parts(self._node_of[name])

    def rest(self, *, resting: bool) -> None:
        """While this run rests, no other one waits for what it computes."""
        self._clerk.ask(partial(self._look_ups.rest, resting=resting))

    def ended(self, task: TaskId) -> None:
        """Take note that a task has ended without a result."""
        self._clerk.ask(partial(self._look_ups.let_go, task))

    # Values that were found

    def export(self, values: Iterable[ValueId]) -> None:
        """Ask how other processes can have values that were found; the answers are given as Exported."""
        self._clerk.ask(partial(self._export, list(values)))

    def _export(self, values: list[ValueId]) -> None:
        for value in values:
            try:
                handed: Handed | Cause = self._handed(value)
            except Exception as error:  # noqa: BLE001 - whatever it is, the value can be made again
                handed = Cause("lost contact", str(error))
            self._hear(Exported(value, handed))

    def _handed(self, value: ValueId) -> Handed:
        task, output, place = value
        entry = self._look_ups.found.get(task)
        if entry is None:
            raise GoneError(f"{task} was not in the cache")
        try:
            return self._cache.open(entry, output, place)
        except NotInCacheError as error:
            raise GoneError(str(error)) from error

    def load(self, value: ValueId) -> Any:
        """Return a value that was found; GoneError if it is damaged or was removed."""
        return load(self._handed(value))

    # New results

    def wants(self, task: Task, report: Ended) -> Iterable[ValueId]:
        """Return the values of a new result that are worth keeping; ``keep`` is then called for each."""
        result = report.result
        assert isinstance(result, Result)
        key = self._look_ups.key_of.get(task.id)
        arrival, places = None, []
        if self.spare and any(name.startswith(self.spare) for name in result.files):
            self._cache.give_up("there is no room for the files of modules")
            key = None
        if key is not None and task.node not in self._secret and self._is_worth_it(task, report):
            places = self._places(task, result)
            arrival = Arrival(key, result, report, places, forced=self._keys.forced(task.node))
        self._clerk.ask(partial(self._settle, task, report, arrival, again=task.made_again))
        if arrival is not None and places:
            self._arriving.expect(arrival)
        elif arrival is not None:
            self._clerk.ask(partial(self._keep, arrival))
        return [(task.id, *place) for place in places]

    def _is_worth_it(self, task: Task, report: Ended) -> bool:
        cheap = report.bytes_out > INLINE and report.seconds < report.bytes_out / STORE_RATE
        return not self._arriving.crowded and (not cheap or self._keys.forced(task.node))

    def _places(self, task: Task, result: Result) -> list[ValuePlace]:
        places: list[ValuePlace] = []
        for port in self._plan.nodes[task.node].module.outputs:
            if port.name in result.items:
                places += ((port.name, place) for place in range(len(result.items[port.name])))
            elif port.name not in result.absent:
                places.append((port.name, -1))
        return places

    def keep(self, value: ValueId, handed: Handed | None) -> None:
        """Keep a value; it may be gone when this returns. None says that it cannot be had."""
        arrival, complete = self._arriving.add(value, handed)
        if arrival is not None:
            self._clerk.ask(partial(self._keep if complete else self._give_up, arrival))

    @property
    def waiting(self) -> bool:
        """Whether values are still to come: a run that has ended goes on until they are here, for a moment."""
        return bool(self._arriving)

    # What the clerk does with them

    def _settle(self, task: Task, report: Ended, arrival: Arrival | None, *, again: bool) -> None:
        """Take note of a new result, and judge whether it is what its key stands for."""
        result = report.result
        assert isinstance(result, Result)
        changed = self._keys.changed(task.id, here=report.place.pid == os.getpid() and not report.place.host)
        self._keys.settled(task.id, result)
        if task.node not in self._secret:
            # What it gives may hold the secret, which no file shall.
            self._note(task, result)
        if changed:
            _log.debug("the result of %s is not kept: %s changed before it had ended", task.id, changed)
            if arrival is not None:
                arrival.doubtful = True
            if again:
                # What read the first result has a key that tells nothing of the second.
                self._look_ups.doubt()
        if arrival is None or arrival.doubtful:
            self._look_ups.let_go(task.id)

    def _keep(self, arrival: Arrival) -> None:
        if arrival.doubtful:
            self._arriving.let_go(arrival)
        else:
            self._cache.keep(arrival.key, arrival.keeping(), partial(self._kept, arrival))

    def _kept(self, arrival: Arrival) -> None:
        self._arriving.let_go(arrival)
        self._clerk.ask(partial(self._look_ups.let_go, arrival.task))

    def _give_up(self, arrival: Arrival) -> None:
        self._look_ups.let_go(arrival.task)

    # What freshness needs

    def _note(self, task: Task, result: Result) -> None:
        """Remember how the node's keys are made; and what a task gave that is executed in each run."""
        self._note_parts(task.node)
        if task.id not in self._look_ups.by_lineage:
            facts = Keeping(
                {}, result.items, result.flags, result.absent, {}, result.files, result.digests,
                title=task.id, replaces=True,
            )  # fmt: skip
            self._cache.keep(remembered_key(self._pipeline, task.id), facts)

    def _note_parts(self, number: int) -> None:
        if number not in self._noted:
            self._noted.add(number)
            self._cache.note(self._pipeline, {self._plan.nodes[number].id: self._keys.parts(number)})


def _has_secret(node: PlanNode) -> bool:
    """Say whether a parameter of a node refers to the environment."""
    written = [one.value for one in node.inputs if isinstance(one, Constant)]
    written += [value for one in node.inputs if isinstance(one, Swept) for value in one.values]
    return any(referenced_names(value) for value in written if not isinstance(value, int | float))
