"""Gives the values that a run made, from wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InternalError, TreadleError
from ..worker.call import Argument, Items, Ref, ValueId
from .states import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..planning.plan import Axis
    from ..scheme import Scheme
    from .arguments import CallMaker
    from .earlier import Earlier
    from .events import TaskId
    from .layout import Layout
    from .records import TaskRecord

FETCH_SECONDS = 60.0
LIBRARIES_GB = 0.25
"""What Python and its libraries take in a worker, of which a person who estimates a task does not think."""


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

    def value(self, task: TaskId, output: str) -> Any:
        """Return an output of a finished task; KeyError if it has none, UnavailableError if it cannot come here."""
        known = self._layout.tasks[task]
        if not known.state.good or known.lacks(output):
            raise KeyError(f"{task} has no value at {output!r}")
        if self._settled is not None:
            return self._settled_value(task, output)
        try:
            return self._gathered(self._calls.value(known, output), known.scheme)
        except Exception as error:
            raise UnavailableError(_told(error), where=f"{task}.{output}") from error

    def settle(self) -> None:
        """Bring all values here that can be, so that they can be read when the schemes are closed."""
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
        self._settled = settled

    def _settled_value(self, task: TaskId, output: str) -> Any:
        assert self._settled is not None
        found = self._settled.get((task, output))
        if isinstance(found, UnavailableError):
            raise found
        return found

    def _gathered(self, argument: Argument, scheme: str) -> Any:
        match argument:
            case Ref(value):
                return self._fetched(value, scheme)
            case Items(items):
                return [self._gathered(item, scheme) for item in items]
        raise InternalError(f"{argument!r} is no result")

    def _fetched(self, value: ValueId, scheme: str) -> Any:
        if scheme == CACHE:
            assert self._earlier is not None
            return self._earlier.load(value)
        return self._schemes[scheme].fetch(value, FETCH_SECONDS)

    def warnings(self, records: Iterable[TaskRecord] = ()) -> list[str]:
        """Return what went well, but perhaps not as it was meant.

        Loops that their bound ended, nodes whose time limit could not be kept, and nodes whose tasks took more memory
        than they ask for, where that is known.
        """
        records = list(records)
        cut = [_cut_text(axis, count) for axis, count in self._layout.cut_loops()]
        return [*cut, *self._unlimited(records), *self._greedy(records)]

    def _unlimited(self, records: Iterable[TaskRecord]) -> Iterator[str]:
        """Say which nodes could not be ended in time: nobody can end what runs in the executor's thread."""
        limited = {node.id for node in self._layout.plan.nodes if node.settings.timeout}
        for name, scheme in self._schemes.items():
            if scheme.runs_here and limited:
                found = dict.fromkeys(one.node for one in records if one.scheme == name and one.node in limited)
                if found:
                    yield f"{name} keeps no time limit, which {', '.join(found)} {_has(len(found))} (timeout)"

    def _greedy(self, records: Iterable[TaskRecord]) -> Iterator[str]:
        peaks: dict[str, int] = {}
        for record in records:
            # In threads the memory is that of all that ran, here that of the script.
            if record.scheme not in {"serial", "threads", CACHE} and record.peak_memory:
                peaks[record.node] = max(peaks.get(record.node, 0), record.peak_memory)
        for node in self._layout.plan.nodes:
            peak = peaks.get(node.id, 0) / 1e9
            if peak > node.mem_gb + LIBRARIES_GB:
                yield f"{node.id} took up to {peak:.2g} GB of memory, and asks for {node.mem_gb:g} GB (mem_gb)"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _cut_text(axis: Axis, count: int) -> str:
    assert axis.again is not None
    rounds = f"{axis.bound:,} round{'s' if axis.bound != 1 else ''}"
    times = f" for {count:,} items" if count > 1 else ""
    return f"loop {axis.origin!r} stopped at its bound of {rounds}{times}, though {axis.again.output!r} was still true"
