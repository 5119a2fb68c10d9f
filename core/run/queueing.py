"""The tasks that could start now, in the order in which they should."""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING

from .selection import Choice, choose, eligible, support
from .states import TaskState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..planning.plan import Plan, PlanNode
    from .ordering import Rank
    from .resources import Ledger
    from .tasks import Task


class ReadyQueue:
    """Ready tasks by rank, those of a node in the order they came.

    Nodes that ask for the same are one kind: if one of them cannot start now, none of its kind can, and the
    others need not be looked at.
    """

    def __init__(self, plan: Plan, enabled: Sequence[str], ranks: Sequence[Rank], ledger: Ledger) -> None:
        self._ranks = ranks
        self._ledger = ledger
        self._waiting: list[deque[Task]] = [deque() for _ in plan.nodes]
        kinds: dict[object, Kind] = {}
        self._kind_of = [_kind_of(node, enabled, kinds, ledger) for node in plan.nodes]
        self._kinds = list(kinds.values())
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def kind(self, node: int) -> Kind:
        """Return what a node asks for."""
        return self._kind_of[node]

    def put(self, task: Task) -> None:
        """Add a task that has become ready."""
        waiting = self._waiting[task.node]
        if not waiting:
            heapq.heappush(self._kind_of[task.node].nodes, (self._ranks[task.node], task.node))
        waiting.append(task)
        self._count += 1

    def take(self, free: dict[str, int], slots: Mapping[str, int]) -> list[tuple[Task, Choice]]:
        """Take out the tasks that can start, noting what each takes in ``free`` and the ledger."""
        taken: list[tuple[Task, Choice]] = []
        kinds = [kind for kind in self._kinds if kind.nodes]
        while kinds:
            kind = kinds[0] if len(kinds) == 1 else min(kinds, key=_first)
            if not self._take_first(kind, alone=len(kinds) == 1, free=free, slots=slots, taken=taken):
                kinds.remove(kind)
        return taken

    def _take_first(
        self,
        kind: Kind,
        *,
        alone: bool,
        free: dict[str, int],
        slots: Mapping[str, int],
        taken: list[tuple[Task, Choice]],
    ) -> bool:
        """Take tasks of the kind that stands first, for as long as it does; return whether more of it can start."""
        first, ledger = kind.nodes[0], self._ledger
        choice = kind.choice(free, slots)
        while choice.scheme and ledger.fits(kind):
            task = self._next(kind)
            if task is None:
                return False
            if not alone and kind.nodes[0] != first:
                return True
            self._waiting[task.node].popleft()
            self._count -= 1
            free[choice.scheme] -= 1
            ledger.take(kind)
            taken.append((task, choice))
            if not free[choice.scheme]:
                choice = kind.choice(free, slots)
        self._next(kind)
        return False

    def _next(self, kind: Kind) -> Task | None:
        """Return the first task of a kind; those that were cancelled while they waited are dropped."""
        while kind.nodes:
            waiting = self._waiting[kind.nodes[0][1]]
            while waiting and waiting[0].state is not TaskState.READY:
                waiting.popleft()
                self._count -= 1
            if waiting:
                return waiting[0]
            heapq.heappop(kind.nodes)
        return None


def _first(kind: Kind) -> tuple[Rank, int]:
    return kind.nodes[0]


class Kind:
    """Nodes that ask for the same resources and schemes; ``node`` is one of them.

    ``refusal`` says why none of their tasks can ever start; it is empty if they can.
    """

    def __init__(self, node: PlanNode, enabled: Sequence[str], ledger: Ledger) -> None:
        self.node = node
        self.n_procs = node.n_procs
        self.mem_gb = node.mem_gb
        self.nodes: list[tuple[Rank, int]] = []
        fitting, refused = eligible(node, enabled)
        unsupported = "" if fitting else "; ".join(refused.values()) or "no scheme is enabled"
        self.refusal = unsupported or ledger.too_large(node)
        self._enabled = enabled
        self._choices: dict[tuple[tuple[bool, bool], ...], Choice] = {}

    def choice(self, free: Mapping[str, int], slots: Mapping[str, int]) -> Choice:
        """Choose a scheme; what is free and what is there at all decides, so each answer is kept."""
        key = tuple([(free.get(name, 0) > 0, slots.get(name, 1) > 0) for name in self._enabled])
        if key not in self._choices:
            self._choices[key] = choose(self.node, self._enabled, free, slots)
        return self._choices[key]


def _kind_of(node: PlanNode, enabled: Sequence[str], kinds: dict[object, Kind], ledger: Ledger) -> Kind:
    supported = tuple([not support(node, scheme) for scheme in enabled])
    wants = node.n_procs, node.mem_gb, supported, node.settings.scheme
    kind = kinds.get(wants)
    if kind is None:
        kind = kinds[wants] = Kind(node, enabled, ledger)
    return kind
