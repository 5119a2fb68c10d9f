"""What a run asks of the results of earlier runs, and gives to later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..scheme import Ended
    from ..worker.call import Call, ValueId
    from ..worker.execute import Result
    from ..worker.handing import Handed
    from .events import TaskId
    from .tasks import Task


class GoneError(Exception):
    """A value that was there cannot be had any more; the text says why."""


class Earlier(Protocol):
    """Results of earlier runs. All methods are called from the executor's thread; none waits for a disk to write."""

    @property
    def digested(self) -> frozenset[int]:
        """The nodes whose calls shall give digests of their results, by number."""

    @property
    def waiting(self) -> bool:
        """Whether values that it wanted have not come yet."""

    def find(self, wanted: Sequence[tuple[Task, Call]]) -> Mapping[TaskId, Result]:
        """Return those results that are there, without their values, which ``handed`` and ``load`` give."""

    def wants(self, task: Task, report: Ended) -> Iterable[ValueId]:
        """Return the values of a new result that are worth keeping; ``keep`` is then called for each."""

    def keep(self, value: ValueId, handed: Handed | None) -> None:
        """Keep a value; it may be gone when this returns. None says that it cannot be had."""

    def handed(self, value: ValueId) -> Handed:
        """Return how other processes can have a value that was found; GoneError if it is damaged or was removed."""

    def load(self, value: ValueId) -> Any:
        """Return a value that was found; GoneError as above."""
