"""Answers which results of a run are kept: at once, or when somebody who computes the same has done so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from blake3 import blake3

from ..run.earlier import LookedUp
from ..worker.execute import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ..run.events import TaskId
    from ..run.tasks import Task
    from ..worker.call import Call
    from .claims import Claims
    from .entries import Entry, Key
    from .keys import NodeKeys
    from .store import Cache

PATIENCE = 300.0
"""So long a task waits for another run that computes the same; then it is computed here as well."""

NEWS_SECONDS = 0.05
"""So often it is looked whether another run has let go of something."""

TELL_SECONDS = 0.02
"""After so long others are told at the latest that something was let go of."""

DEATH_SECONDS = 1.0
"""So often it is looked whether another run still lives."""


class LookUps:
    """The look-ups of one run; all methods are called from one thread, answers are given to ``hear``.

    Of the tasks with one key, in this run and in others that use the cache, one computes and the others wait for it:
    until its result is kept, or nothing is to come of it, or its process has ended.

    Of the nodes ``shown``, by number, whose results are what the run is for, also the values are looked at: those of
    others can be made again when a task turns out to need one that is damaged.
    """

    def __init__(
        self, cache: Cache, keys: NodeKeys, claims: Claims, run: str = "", shown: Collection[int] = ()
    ) -> None:
        self.hear: Callable[[LookedUp], None] = lambda _answer: None
        self.key_of: dict[TaskId, Key] = {}
        self.by_lineage: set[TaskId] = set()
        self.found: dict[TaskId, Entry] = {}
        self._cache = cache
        self._keys = keys
        self._claims = claims
        self._run = run
        self._shown = frozenset(shown)
        self._to_show: set[TaskId] = set()
        self._makers: dict[Key, TaskId] = {}
        self._waiting: dict[TaskId, float] = {}
        self._freed = False
        self._tell_at: float | None = None
        self._resting = False
        self._next_news = self._next_death = 0.0

    def find(self, wanted: Sequence[tuple[Task, Call]]) -> None:
        """Answer for each task whether its result is kept; the answer of some may come later."""
        names = [task.id for task, _ in wanted]
        try:
            for task, call in wanted:
                self._make_key(task, call)
        finally:
            self._sort_out(names, time.monotonic())

    def find_now(self, wanted: Sequence[tuple[Task, Call]]) -> bool:
        """Answer if all results are kept and finding them takes no time; say whether that was so."""
        if not all(self._keys.is_light(task.node) for task, _ in wanted):
            return False
        for task, call in wanted:
            self._make_key(task, call)
        key_of = self.key_of
        names = [task.id for task, _ in wanted]
        if any(name not in key_of for name in names):
            return False
        entries = self._cache.peek([key_of[name] for name in names])
        if entries is None:
            return False
        self.hear(LookedUp({name: self._take(name, entries[key_of[name]]) for name in names}, ()))
        return True

    def _take(self, name: TaskId, entry: Entry) -> Result:
        self.found[name] = entry
        self._keys.settled(name, entry)
        return result_of(entry)

    def _make_key(self, task: Task, call: Call) -> None:
        if task.node in self._shown:
            self._to_show.add(task.id)
        key = self._keys.of(task.node, call)
        if key is not None:
            self.by_lineage.add(task.id)
        elif self._run and (told := self._keys.told(task.node, call)) is not None:
            key = private_key(self._run, task.id, told)
        if key is not None:
            self.key_of[task.id] = key

    def _sort_out(self, names: Iterable[TaskId], now: float) -> None:
        """Answer for those tasks that need not wait; whatever goes wrong, none is left without an answer."""
        names = list(names)
        results: dict[TaskId, Result] = {}
        missed = names
        try:
            missed = self._missed(names, results, now)
        finally:
            missed = [name for name in missed if name not in results]
            if self._waiting:
                for name in (*results, *missed):
                    self._waiting.pop(name, None)
            if results or missed:
                self.hear(LookedUp(results, tuple(missed)))

    def _missed(self, names: list[TaskId], results: dict[TaskId, Result], now: float) -> list[TaskId]:
        """Look tasks up; return those that are to be computed."""
        left = self._kept(names, results)
        if not left:
            return left
        free = self._claim([name for name in left if name in self.key_of], now)
        # Somebody may have kept it between the look and the claim.
        missed = self._kept(free, results) if free else []
        self._free(name for name in free if name in results)
        return missed + [name for name in left if name not in self.key_of]

    def _kept(self, names: list[TaskId], results: dict[TaskId, Result]) -> list[TaskId]:
        """Add the results that are kept; return the tasks of which none is."""
        key_of = self.key_of
        entries = self._cache.look_up([key_of[name] for name in names if name in key_of])
        missed = []
        for name in names:
            entry = entries.get(key_of.get(name, b""))
            if entry is None or (name in self._to_show and not self._cache.verifies(entry)):
                missed.append(name)
            else:
                results[name] = self._take(name, entry)
        return missed

    def _claim(self, names: list[TaskId], now: float) -> list[TaskId]:
        """Return those tasks that compute their results here; the others wait."""
        first: dict[Key, TaskId] = {}
        for name in names:
            if self.key_of[name] not in self._makers:
                first.setdefault(self.key_of[name], name)
        held = set() if self._resting else self._claims.claim(first.keys())
        free = []
        for key, name in first.items():
            if key not in held or now >= self._waiting.get(name, now + 1):
                self._makers[key] = name
                free.append(name)
        for name in names:
            self._waiting.setdefault(name, now + PATIENCE)
        return free

    # What ends the waiting

    def let_go(self, task: TaskId) -> None:
        """Take note that nothing more is to come of a task: it is kept, or will not be."""
        self._waiting.pop(task, None)
        self._free((task,))

    def _free(self, tasks: Iterable[TaskId]) -> None:
        freed = [key for task in tasks if self._makers.get(key := self.key_of.get(task, b"")) == task]
        for key in freed:
            del self._makers[key]
        if freed:
            if self._claims.release(freed) and self._tell_at is None:
                self._tell_at = time.monotonic() + TELL_SECONDS
            self._freed = True

    def doubt(self) -> None:
        """Forget the keys of what has not ended: something may have been made otherwise than its key says."""
        for task in self._makers.copy().values():
            self.let_go(task)
        self.key_of.clear()
        self._freed = True

    def rest(self, *, resting: bool) -> None:
        """While this run is paused, nobody waits for it."""
        self._resting = resting
        if resting:
            self._claims.release_all()

    def look_again(self) -> float | None:
        """Answer for tasks that need not wait any longer; return in how many seconds to look again."""
        if self._tell_at is None and not self._waiting:
            return None
        now = time.monotonic()
        again = self._tell(now)
        if not self._waiting:
            return again
        if self._freed or (now >= self._next_news and self._claims.has_news()) or now >= self._next_death:
            self._freed = False
            self._next_death = now + DEATH_SECONDS
            self._sort_out(list(self._waiting), now)
        self._next_news = now + NEWS_SECONDS
        if self._freed:
            return 0.0
        # Those that wait for a task of this run are told of it.
        elsewhere = any(self.key_of.get(name) not in self._makers for name in self._waiting)
        return again or (NEWS_SECONDS if elsewhere else None)

    def _tell(self, now: float) -> float | None:
        """Tell others what was let go of, if it is time; return in how many seconds it will be."""
        if self._tell_at is not None and now >= self._tell_at:
            self._tell_at = None
            self._claims.flush()
        return None if self._tell_at is None else self._tell_at - now


def result_of(entry: Entry) -> Result:
    """Return an entry as the result that it was made of, without its values."""
    files = tuple(file.name for file in entry.files)
    return Result({}, entry.items, entry.flags, entry.absent, entry.previews, files, entry.digests)


def private_key(run: str, task: TaskId, told: bytes) -> Key:
    """Return the key of a result that counts in one run only, as long as what can be told of its call is the same."""
    return blake3(named("run", run, task) + told).digest()


def remembered_key(pipeline: str, task: TaskId) -> Key:
    """Return the key of what a task of a pipeline gave last, where it is executed in each run."""
    return named("last", pipeline, task)


def named(*parts: str) -> Key:
    """Return the digest of some texts in a row."""
    data = [part.encode("utf-8", "surrogatepass") for part in parts]
    return blake3(b"".join(b"%d:%s" % (len(part), part) for part in data)).digest()
