"""Gives the values that a run made, from wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InternalError, TreadleError
from ..worker.call import Argument, Items, Ref, ValueId
from .earlier import GoneError
from .states import CACHE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..scheme import Scheme
    from .arguments import CallMaker
    from .earlier import Earlier
    from .events import TaskId
    from .layout import Layout

FETCH_SECONDS = 60.0
_AGAIN = "Run the pipeline again: it will be computed anew"


class UnavailableError(TreadleError):
    """A value was made, but it cannot be brought here."""


def _told(error: Exception) -> str:
    return f"its value cannot be brought here: {type(error).__name__}: {error}"


class Results:
    """The results of the tasks of one run, for as long as its schemes are open."""

    def __init__(
        self, layout: Layout, calls: CallMaker, schemes: Mapping[str, Scheme], earlier: Earlier | None
    ) -> None:
        self._layout, self._calls, self._schemes, self._earlier = layout, calls, schemes, earlier
        self._settled: dict[tuple[TaskId, str], Any] | None = None
        # The schemes that let somebody wait in vain: they are not waited for again.
        self._late: set[str] = set()

    def value(self, task: TaskId, output: str) -> Any:
        """Return an output of a finished task; KeyError if it has none, UnavailableError if it cannot come here."""
        known = self._layout.tasks[task]
        if not known.state.good or known.lacks(output):
            raise KeyError(f"{task} has no value at {output!r}")
        if self._settled is not None:
            return self._settled_value(task, output)
        try:
            return self._gathered(self._calls.value(known, output), known.scheme)
        except GoneError as error:
            raise UnavailableError(
                f"its value is no longer kept: {error}", where=f"{task}.{output}", remedy=_AGAIN
            ) from error
        except Exception as error:
            raise UnavailableError(_told(error), where=f"{task}.{output}") from error

    def settle(self) -> None:
        """Bring all values here that can be, so that they can be read when the schemes are closed.

        A scheme that does not give one in time is asked for the others, but not waited for.
        """
        if self._settled is not None:
            return
        settled: dict[tuple[TaskId, str], Any] = {}
        for task in self._layout.tasks.values():
            if task.state.good and not task.gone:
                for output in self._layout.plan.nodes[task.node].module.output_names:
                    if not task.lacks(output):
                        try:
                            settled[task.id, output] = self.value(task.id, output)
                        except UnavailableError as error:
                            settled[task.id, output] = error
                            if isinstance(error.__cause__, TimeoutError):
                                self._late.add(task.scheme)
        self._settled = settled

    def _settled_value(self, task: TaskId, output: str) -> Any:
        assert self._settled is not None
        found = self._settled.get((task, output))
        if isinstance(found, UnavailableError):
            raise found
        return found

    def _gathered(self, argument: Argument, scheme: str) -> Any:
        if type(argument) is Ref:
            return self._fetched(argument.value, scheme)
        if type(argument) is Items:
            return [self._gathered(item, scheme) for item in argument.items]
        raise InternalError(f"{argument!r} is no result")

    def _fetched(self, value: ValueId, scheme: str) -> Any:
        if scheme == CACHE:
            assert self._earlier is not None
            return self._earlier.load(value)
        return self._schemes[scheme].fetch(value, 0.0 if scheme in self._late else FETCH_SECONDS)
