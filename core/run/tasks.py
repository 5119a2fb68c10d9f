"""The scheduler's own view of a task, and what a task may wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .events import Outcome, TaskId
from .states import TaskState
from .story import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..worker.failures import Cause

Index = tuple[int, ...]
"""The places of a task along the axes of its node, outer to inner."""


FORGOTTEN = -1
"""The number of readers of what will never be read again."""


_FEW = 4


class Dependent(Protocol):
    """What is told when something it waits for has settled."""

    def settled(self, source: Prerequisite) -> None:
        """``source`` has its final state."""


class Owner(Protocol):
    """What decides about a task when something it waits for has settled."""

    def source_settled(self, task: Task, source: Prerequisite) -> None:
        """``source``, which ``task`` waits for, has its final state."""


class Prerequisite:
    """Something that others wait for: a task, a collected list, the last item of a loop.

    Once ``done``, it either has a value, or a ``cause`` why it has none because of a failure, or is ``absent``:
    it has none because a branch was not taken. ``absent_from`` is then the node where that was decided.
    """

    __slots__ = ("absent", "absent_from", "cause", "dependents", "done", "readers")

    def __init__(self) -> None:
        self.done = False
        self.cause: Cause | None = None
        self.absent: str = ""
        self.absent_from: int = -1
        self.dependents: Sequence[Dependent] = ()
        self.readers = 0

    @property
    def made_by(self) -> int:
        """The number of the node whose output this is."""
        raise NotImplementedError

    @property
    def whole(self) -> bool:
        """Whether it is clear at a glance that all its outputs carry a value; ``lacks`` tells of each."""
        return not self.absent

    def parts(self) -> Iterable[Prerequisite]:
        """Return what this reads for those who read it."""
        return ()

    def made_at(self) -> Iterable[tuple[str, int]]:
        """Return for each result that this stands for which scheme has it, and its size in bytes."""
        return [place for part in self.parts() for place in part.made_at()]

    def settle(self) -> None:
        """Have the final state, and tell all that wait for it."""
        self.done = True
        dependents, self.dependents = self.dependents, ()
        for dependent in dependents:
            dependent.settled(self)

    def tell(self, dependent: Dependent) -> None:
        """Have something told when this has settled."""
        # Most have none, or one: a list of its own for each would be most of what a large run keeps.
        self.dependents = (*self.dependents, dependent) if len(self.dependents) < _FEW else self._more(dependent)

    def _more(self, dependent: Dependent) -> list[Dependent]:
        dependents = self.dependents if isinstance(self.dependents, list) else list(self.dependents)
        dependents.append(dependent)
        return dependents

    def read(self, part: Prerequisite) -> None:
        """Take note that this reads ``part`` for those who read it, if there still are any."""
        if self.readers != FORGOTTEN:
            part.readers += 1

    def lacks(self, output: str) -> tuple[str, int] | None:  # noqa: ARG002 - a task tells its outputs apart
        """Return why ``output`` carries nothing and which node decided it; None if it carries a value."""
        return (self.absent, self.absent_from) if self.absent else None

    def labels(self, output: str) -> Sequence[str]:
        """Return the labels of the items of ``output``, which is handed over item by item."""
        raise NotImplementedError(output)


_NONE = Outcome()


class Task(Prerequisite):
    """One execution of one node on one item; ``sources`` is what it reads, from when it is known until it ended."""

    __slots__ = (
        "attempt",
        "failures",
        "gone",
        "id",
        "index",
        "linked",
        "losses",
        "missing",
        "node",
        "outcome",
        "own_losses",
        "owner",
        "refused",
        "scheme",
        "sources",
        "state",
        "stopping",
        "story",
        "timed_out",
    )

    def __init__(self, owner: Owner, node: int, index: Index, task_id: TaskId) -> None:
        super().__init__()
        self.owner = owner
        self.node = node
        self.index = index
        self.id = task_id
        self.state = TaskState.WAITING
        self.story = BEGINNING
        self.linked = False
        self.sources: Sequence[Prerequisite] = ()
        self.missing = 0
        self.attempt = 0
        self.failures = 0
        self.losses = 0
        # Those of a worker that executed nothing else.
        self.own_losses = 0
        self.scheme = ""
        self.refused: dict[str, Cause] | None = None
        self.stopping = False
        self.timed_out = 0.0
        # Its results were released, or lost: who reads them has them made again.
        self.gone = False
        self.outcome = _NONE

    @property
    def made_by(self) -> int:
        """The number of the node whose output this is."""
        return self.node

    @property
    def looked_up(self) -> bool:
        """Whether all that it reads is there, and it is looked for among earlier results."""
        return self.state is TaskState.WAITING and self.linked and not self.missing and not self.attempt

    @property
    def made_again(self) -> bool:
        """Whether it had results, and has them or makes them once more."""
        return self.story.times_good > self.state.good

    def unready(self, reads: Iterable[Task]) -> tuple[Task, ...] | None:
        """Return which results that the task ``reads`` are gone; None if it can begin as it is.

        One that is made again has let go of what it reads; it has to be held once, also if nothing is gone.
        """
        gone = tuple(source for source in reads if source.gone or not source.state.good)
        return gone if gone or (self.made_again and not self.sources and reads) else None

    def step(self, state: TaskState) -> None:
        """Go to another state; InternalError if the table does not allow it."""
        self.story = story = self.story.next.get(state) or self.story.step(self.id, state)
        self.state, self.done = state, story.done

    @property
    def whole(self) -> bool:
        """Whether all its outputs carry a value."""
        return not (self.absent or self.outcome.absent)

    def made_at(self) -> Iterable[tuple[str, int]]:
        """Return which scheme has the result, and its size in bytes."""
        return ((self.scheme, self.outcome.size),)

    def settled(self, source: Prerequisite) -> None:
        """Tell the scheduler that something this task waits for has its final state."""
        self.owner.source_settled(self, source)

    def lacks(self, output: str) -> tuple[str, int] | None:
        """Return why ``output`` carries nothing and which node decided it; None if it carries a value."""
        if self.absent:
            return self.absent, self.absent_from
        reason = self.outcome.absent.get(output)
        return (reason, self.node) if reason else None

    def labels(self, output: str) -> Sequence[str]:
        """Return the labels of the items of ``output``, which is handed over item by item."""
        return self.outcome.items.get(output, ())


def task_id(node_id: str, index: Index, *, unknown: bool = False) -> TaskId:
    """Return the name of a task; ``unknown`` marks one whose further places were never known."""
    if not index and not unknown:
        return node_id
    places = ",".join(map(str, index))
    return f"{node_id}[{places}{',' if unknown and index else ''}{'?' if unknown else ''}]"
