"""The tasks that could start now, in the order in which they should."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from .ordering import BY_TIME, ORDERS
from .selection import Choice, choose, eligible, support
from .states import TaskState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..planning.plan import Plan, PlanNode
    from ..worker.failures import Cause
    from .estimates import Estimates, Places
    from .ordering import Rank
    from .resources import Ledger
    from .standings import Standings
    from .tasks import Task

_BITS = 48
_BUCKET = (1 << _BITS) - 1


class ReadyQueue:
    """Ready tasks by rank, those of equal rank in the order they came.

    They stand in buckets: usually one for each node; one for each task where the order goes by time, or where a
    scheme has refused the task. Tasks that ask for the same are one kind: if the first of them cannot start now, none
    of its kind can, and the others need not be looked at. ``kinds`` says of each node, by its number, what it asks for.
    """

    def __init__(self, plan: Plan, order: str, standings: Standings, ledger: Ledger, estimates: Estimates) -> None:
        self._by_time = BY_TIME.get(order, 0)
        self._ranks = [] if self._by_time else _numbered(ORDERS[order](plan, estimates.seconds))
        self._numbers = itertools.count(len(plan.nodes))
        self._plan, self._standings, self._ledger, self._estimates = plan, standings, ledger, estimates
        self._waiting: dict[int, deque[Task] | list[Task]] = {}
        self._mapped = {node.number for node in plan.nodes if node.axes}
        self._kinds: dict[object, Kind] = {}
        self.kinds = self._of_nodes(plan)
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def foresee(self, node: int, made: Places = ()) -> tuple[Choice, Mapping[str, float]]:
        """Return the choice for a task of a node, were it the next; and where durations count, in which time.

        ``made`` says where what it reads will be. Without a scheme none of its tasks can start as things stand.
        """
        kind = self.kinds[node]
        if kind.refusal:
            _, refused = eligible(kind.node, self._standings.enabled)
            return Choice("", kind.refusal, refused), {}
        estimate = self._estimate(kind, made)
        return self._choice(kind, estimate), estimate

    def put(self, task: Task) -> None:
        """Add a task that has become ready."""
        kind = self.kinds[task.node]
        if task.refused or self._by_time:
            bucket = next(self._numbers)
            rank = self._by_time * bucket if self._by_time else self._ranks[task.node]
            if task.refused:
                kind = self._kind(self._plan.nodes[task.node], kind.seconds, task.refused)
        else:
            bucket, rank = task.node, self._ranks[task.node]
        waiting = self._waiting.get(bucket)
        if not waiting:
            # A list of one, where there will be no more, takes a tenth of the memory.
            self._waiting[bucket] = deque((task,)) if bucket in self._mapped else [task]
            heapq.heappush(kind.buckets, (rank << _BITS) + bucket)
        else:
            waiting.append(task)
        self._count += 1

    def take(self) -> list[tuple[Task, Choice]]:
        """Take out the tasks that can start, noting what each takes."""
        taken: list[tuple[Task, Choice]] = []
        kinds = [kind for kind in self._kinds.values() if kind.buckets]
        while kinds:
            kind = kinds[0] if len(kinds) == 1 else min(kinds, key=_first)
            if not self._take_first(kind, alone=len(kinds) == 1, taken=taken):
                kinds.remove(kind)
        return taken

    def stranded(self) -> list[tuple[Task, str]]:
        """Take out the tasks that no scheme is left for, with the reasons."""
        found: list[tuple[Task, str]] = []
        for kind in list(self._kinds.values()):
            while kind.buckets and (why := self._standings.hopeless(kind)):
                task = self._next(kind)
                if task is not None:
                    self._pop(kind)
                    found.append((task, _told_of(task, why)))
        return found

    def _take_first(self, kind: Kind, *, alone: bool, taken: list[tuple[Task, Choice]]) -> bool:
        """Take tasks of the kind that stands first, for as long as it does; return whether more of it can start."""
        first, ledger, free = kind.buckets[0], self._ledger, self._standings.free
        choice: Choice | None = None
        while (task := self._next(kind)) is not None:
            if not alone and kind.buckets[0] != first:
                return True
            if choice is None or kind.seconds is not None:
                made = [] if kind.seconds is None else [place for one in task.sources for place in one.made_at()]
                choice = self._choice(kind, self._estimate(kind, made))
            if not choice.scheme or not ledger.take(kind, choice.scheme):
                return False
            self._pop(kind)
            self._standings.hand_out(choice.scheme, kind.seconds)
            taken.append((task, replace(choice, reason=_told_of(task, choice.reason)) if task.refused else choice))
            if not free[choice.scheme]:
                choice = None
        return False

    def _choice(self, kind: Kind, estimate: Mapping[str, float]) -> Choice:
        """Choose a scheme: what is free and what is there at all decides; where durations are known, who has it first.

        Each answer is kept, so that its reason tells the times of the first such decision.
        """
        standings = self._standings
        key: tuple[object, ...] = standings.key()
        if estimate:
            key = (*key, *sorted(estimate, key=estimate.__getitem__))
        if key not in kind.choices:
            kind.choices[key] = choose(
                kind.node, standings.enabled, standings.all(), kind.refusals, estimate, standings.last_resort
            )
        return kind.choices[key]

    def _estimate(self, kind: Kind, made: Places) -> Mapping[str, float]:
        return {} if kind.seconds is None else self._estimates.finish(made, kind.seconds, self._standings)

    def _pop(self, kind: Kind) -> None:
        bucket = kind.buckets[0] & _BUCKET
        waiting = self._waiting[bucket]
        if len(waiting) > 1:
            del waiting[0]
        else:
            heapq.heappop(kind.buckets)
            del self._waiting[bucket]
        self._count -= 1

    def _next(self, kind: Kind) -> Task | None:
        """Return the first task of a kind; those that were cancelled while they waited are dropped."""
        while kind.buckets:
            task = self._waiting[kind.buckets[0] & _BUCKET][0]
            if task.state is TaskState.READY:
                return task
            self._pop(kind)
        return None

    def _of_nodes(self, plan: Plan) -> list[Kind]:
        """Return the kind of each node."""
        known: dict[tuple[int, float | None], Kind] = {}
        kinds: list[Kind] = []
        for node, first in zip(plan.nodes, plan.alike, strict=True):
            alike = first, self._estimates.of_node(node)
            kind = known.get(alike)
            if kind is None:
                kind = known[alike] = self._kind(node, alike[1], {})
            kinds.append(kind)
        return kinds

    def _kind(self, node: PlanNode, seconds: float | None, refused: Mapping[str, Cause]) -> Kind:
        enabled = self._standings.enabled
        # Without the causes, which may be others for each task: so few kinds are enough for all that were refused.
        refusals = {name: _refusal(name) for name in refused}
        supported = tuple([not support(node, scheme) for scheme in enabled])
        wants = (node.n_procs, node.mem_gb, supported, node.settings.scheme, seconds, tuple(refusals))
        kind = self._kinds.get(wants)
        if kind is None:
            kind = self._kinds[wants] = Kind(node, enabled, self._ledger, seconds, refusals)
        return kind


def _refusal(scheme: str) -> str:
    return f"{scheme} refused it"


def _told_of(task: Task, why: str) -> str:
    """Return the reason of a whole kind for one of its tasks, with the causes of its own refusals."""
    for name, cause in (task.refused or {}).items():
        why = why.replace(_refusal(name), f"{_refusal(name)}: {cause.message}")
    return why


def _first(kind: Kind) -> int:
    return kind.buckets[0]


def _numbered(ranks: list[Rank]) -> list[int]:
    """Return a number for each rank in their place, in the same order: numbers are compared much sooner."""
    numbers = {rank: number for number, rank in enumerate(sorted(set(ranks)))}
    return [numbers[rank] for rank in ranks]


class Kind:
    """Tasks that ask for the same resources and schemes; ``node`` is one that has such tasks.

    ``refusal`` says why none of them can ever start; it is empty if they can. ``seconds`` is how long each takes, if
    that is known and there is a choice of schemes; ``refusals`` are the schemes that could not take them.
    """

    def __init__(
        self,
        node: PlanNode,
        enabled: Sequence[str],
        ledger: Ledger,
        seconds: float | None,
        refusals: Mapping[str, str],
    ) -> None:
        self.node = node
        self.n_procs = node.n_procs
        self.mem_gb = node.mem_gb
        self.light = ledger.is_light(node)
        self.seconds = seconds
        self.refusals = refusals
        # A heap: the rank of each, and in the last bits its number.
        self.buckets: list[int] = []
        self.choices: dict[object, Choice] = {}
        fitting, refused = eligible(node, enabled)
        unsupported = "" if fitting else "; ".join(refused.values()) or "no scheme is enabled"
        self.refusal = unsupported or ledger.too_large(node)
