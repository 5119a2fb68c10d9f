"""Serves a run from the cache: finds its results by their keys, and has new ones kept."""

from __future__ import annotations

import errno
import os
import resource
import threading
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from ..planning.plan import Constant, Swept
from ..run.earlier import GoneError
from ..worker.execute import Result
from ..worker.handing import INLINE, load
from ..worker.secrets import referenced_names
from .entries import Held, Keeping, NotInCacheError
from .writer import STORE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..planning.plan import Plan, PlanNode
    from ..run.events import TaskId
    from ..run.tasks import Task
    from ..scheme import Ended
    from ..worker.call import Call, ValueId
    from ..worker.handing import Handed
    from .entries import Entry, Key, ValuePlace
    from .keys import NodeKeys
    from .store import Cache

HELD_SHARE = 4
"""One in so many of the files that this process may open is for values that wait to be written."""


class _Pending:
    """A result of which not all values have come yet."""

    def __init__(self, key: Key, result: Result, report: Ended, wanted: set[ValuePlace], *, forced: bool) -> None:
        self.key = key
        self.result = result
        self.report = report
        self.wanted = wanted
        self.forced = forced
        self.values: dict[ValuePlace, Handed | Held] = {}

    def keeping(self) -> Keeping:
        found = self.result
        return Keeping(
            self.values, found.items, found.flags, found.absent, found.previews, found.files, found.digests,
            self.report.seconds, self.report.task, self.forced,
        )  # fmt: skip


class CachedResults:
    """What a run needs of the cache; all methods are called from the executor's thread.

    ``pipeline`` is what the pipeline is remembered by: its file, or its name. Results that have no key by lineage are
    kept, too, if there is a ``run``: for this run alone, should it be resumed with the same calls.
    """

    def __init__(self, cache: Cache, keys: NodeKeys, plan: Plan, pipeline: str, run: str = "") -> None:
        self._cache = cache
        self._keys = keys
        self._plan = plan
        self._pipeline = pipeline
        self._run = run
        self._key_of: dict[TaskId, Key] = {}
        self._by_lineage: set[TaskId] = set()
        self._found: dict[TaskId, Entry] = {}
        self._pending: dict[TaskId, _Pending] = {}
        self._held = 0
        self._most_held = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // HELD_SHARE
        self._lock = threading.Lock()
        noted = cache.noted(pipeline)
        self._noted: set[int] = set()
        self._secret = {node.number for node in plan.nodes if _has_secret(node)}
        self._unknown = {node.number for node in plan.nodes if node.id not in noted}

    @property
    def digested(self) -> frozenset[int]:
        """The nodes whose calls shall give digests of their results, by number."""
        return self._keys.digested(told=bool(self._run))

    def find(self, wanted: Sequence[tuple[Task, Call]]) -> Mapping[TaskId, Result]:
        """Return those results that are in the cache, without their values."""
        for task, call in wanted:
            key = self._keys.of(task.node, call)
            if key is not None:
                self._by_lineage.add(task.id)
            elif self._run and (told := self._keys.told(task.node, call)) is not None:
                key = private_key(self._run, task.id, told)
            if key is not None:
                self._key_of[task.id] = key
        asked = {task.id: key for task, _ in wanted if (key := self._key_of.get(task.id)) is not None}
        nodes = {task.id: task.node for task, _ in wanted} if self._unknown else {}
        entries = self._cache.look_up(list(asked.values()))
        results: dict[TaskId, Result] = {}
        for name, key in asked.items():
            entry = entries.get(key)
            if entry is not None:
                self._found[name] = entry
                self._keys.settled(name, entry)
                if nodes and nodes[name] in self._unknown:
                    self._note_parts(nodes[name])
                results[name] = result_of(entry)
        return results

    # Values that were found

    def handed(self, value: ValueId) -> Handed:
        """Return how other processes can have a value that was found; GoneError if it is damaged or was removed."""
        task, output, place = value
        entry = self._found.get(task)
        if entry is None:
            raise GoneError(f"{task} was not in the cache")
        try:
            return self._cache.open(entry, output, place)
        except NotInCacheError as error:
            raise GoneError(str(error)) from error

    def load(self, value: ValueId) -> Any:
        """Return a value that was found; GoneError as above."""
        return load(self.handed(value))

    # New results

    def wants(self, task: Task, report: Ended) -> Iterable[ValueId]:
        """Return the values of a new result that are worth keeping; ``keep`` is then called for each."""
        result = report.result
        assert isinstance(result, Result)
        self._keys.settled(task.id, result)
        if task.node in self._secret:
            # What it gives may hold the secret, which no file shall.
            return ()
        self._note(task, result)
        key = self._key_of.get(task.id)
        if key is None:
            return ()
        forced = self._keys.forced(task.node)
        cheap = report.bytes_out > INLINE and report.seconds < report.bytes_out / STORE_RATE
        if (cheap and not forced) or self._held >= self._most_held:
            return ()
        places = self._places(task, result)
        pending = _Pending(key, result, report, set(places), forced=forced)
        if not places:
            self._cache.keep(key, pending.keeping())
            return ()
        if (before := self._pending.pop(task.id, None)) is not None:
            # It was made again before all values of the first time had come.
            self._let_go(before)
        self._pending[task.id] = pending
        return [(task.id, *place) for place in places]

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
        task, output, place = value
        pending = self._pending.get(task)
        if pending is None or (output, place) not in pending.wanted:
            return
        if handed is None:
            self._let_go(self._pending.pop(task))
            return
        try:
            pending.values[output, place] = handed if isinstance(handed, bytes) else self._hold(handed)
        except OSError:
            # It is gone already, or there are too many open files.
            del self._pending[task]
            self._let_go(pending)
            return
        pending.wanted.discard((output, place))
        if not pending.wanted:
            del self._pending[task]
            self._cache.keep(pending.key, pending.keeping(), lambda: self._let_go(pending))

    def _hold(self, handed: tuple[str, int]) -> Held:
        if self._held >= self._most_held:
            raise OSError(errno.EMFILE, "too many values wait to be written")
        held = Held(os.open(handed[0], os.O_RDONLY | os.O_CLOEXEC), handed[1])
        with self._lock:
            self._held += 1
        return held

    def _let_go(self, pending: _Pending) -> None:
        """Close what was held open; in the thread of the writer, mostly."""
        for value in pending.values.values():
            if isinstance(value, Held):
                os.close(value.descriptor)
                with self._lock:
                    self._held -= 1

    @property
    def waiting(self) -> bool:
        """Whether values are still to come: a run that has ended goes on until they are here, for a moment."""
        return bool(self._pending)

    def close(self) -> None:
        """Let go of values that came without the others of their result."""
        while self._pending:
            self._let_go(self._pending.popitem()[1])

    # What freshness needs

    def _note(self, task: Task, result: Result) -> None:
        """Remember how the node's keys are made; and what a task gave that is executed in each run."""
        self._note_parts(task.node)
        if task.id not in self._by_lineage:
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


def result_of(entry: Entry) -> Result:
    """Return an entry as the result that it was made of, without its values."""
    files = tuple(file.name for file in entry.files)
    return Result({}, entry.items, entry.flags, entry.absent, entry.previews, files, entry.digests)


def private_key(run: str, task: TaskId, told: bytes) -> Key:
    """Return the key of a result that counts in one run only, as long as what can be told of its call is the same."""
    return blake3(_named("run", run, task) + told).digest()


def remembered_key(pipeline: str, task: TaskId) -> Key:
    """Return the key of what a task of a pipeline gave last, where it is executed in each run."""
    return _named("last", pipeline, task)


def _named(*parts: str) -> Key:
    data = [part.encode("utf-8", "surrogatepass") for part in parts]
    return blake3(b"".join(b"%d:%s" % (len(part), part) for part in data)).digest()
