"""What a run asks of the results of earlier runs, and gives to later ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..scheme import Ended, Exported
    from ..worker.call import Call, ValueId
    from ..worker.execute import Result
    from ..worker.handing import Handed
    from .events import TaskId
    from .tasks import Task


class GoneError(Exception):
    """A value that was there cannot be had any more; the text says why."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer for tasks that were to be found: the results that are there, and the tasks that are to be executed."""

    found: Mapping[TaskId, Result]
    missed: tuple[TaskId, ...]


class Earlier(Protocol):
    """Results of earlier runs. All methods are called from the executor's thread; none but ``load`` waits for a disk.

    Each task that was to be found is answered once, some later than others: when somebody else has computed the same.
    """

    @property
    def digested(self) -> frozenset[int]:
        """The nodes whose calls shall give digests of their results, by number."""

    @property
    def waiting(self) -> bool:
        """Whether values that it wanted have not come yet."""

    def open(self, hear: Callable[[LookedUp | Exported], None]) -> None:
        """Begin; ``hear`` is given the answers, from any thread."""

    def find(self, wanted: Sequence[tuple[Task, Call]]) -> None:
        """Look for results, without their values, which ``export`` and ``load`` give; the answers are LookedUp."""

    def export(self, values: Iterable[ValueId]) -> None:
        """Say how other processes can have values that were found; the answers are Exported."""

    def ended(self, task: TaskId) -> None:
        """Take note that a task has ended without a result: nobody is to wait for it."""

    def rest(self, *, resting: bool) -> None:
        """Take note that the run is paused, or that it goes on."""

    def wants(self, task: Task, report: Ended) -> Iterable[ValueId]:
        """Return the values of a new result that are worth keeping; ``keep`` is then called for each."""

    def keep(self, value: ValueId, handed: Handed | None) -> None:
        """Keep a value; it may be gone when this returns. None says that it cannot be had."""

    def load(self, value: ValueId) -> Any:
        """Return a value that was found; GoneError if it is damaged or was removed."""
