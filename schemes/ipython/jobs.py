"""Calls as the scheme keeps them until they are answered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...core.worker.call import Given, Items, Moved, Ref
from ..hosting.wire import Encoded, Encoder, is_plain
from .local_code import by_value, local_modules_in, with_code
from .pace import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.worker.call import Argument, Call, Form, ValueId, Where
    from ...core.worker.failures import Cause

_MOST_REFS = 64
NOT_PICKLABLE = "not picklable"


@dataclass(slots=True, eq=False)
class Job:
    """A call on its way.

    ``kind`` is the number of its template if ``arguments`` are pickled, else of its shape; ``refs`` are what it reads
    of the run. ``number`` is given when it is sent, and counts up. ``since`` is when it began to wait for an engine. It
    has ``began`` where it was last sent, as far as is known, and its beginning was ``told``; ``code`` are the modules
    whose code it has in it. One that is ``alone`` travels in a batch by itself: it was in one that was lost;
    ``troubles`` counts the errors of engines that kept it from being executed. What becomes of a ``forsaken`` one is
    not told any more. A ``copy`` is the place of this job among the engines that a call runs once on.
    """

    call: Call
    kind: int
    arguments: bytes | tuple[Any, ...]
    refs: tuple[ValueId, ...]
    task: str
    attempt: int
    where: Where | None = None
    n_procs: int = 1
    mem_gb: float = 0.0
    expected: float = UNKNOWN
    number: int = 0
    since: float = 0.0
    bytes_in: int = 0
    copy: int = -1
    alone: bool = False
    began: bool = False
    told: bool = False
    code: frozenset[str] = frozenset()
    stopping: bool = False
    forsaken: bool = False
    troubles: int = 0
    unfit: dict[str, str] = field(default_factory=dict)


class Parcels(Encoder):
    """Makes jobs of calls.

    ``adopt`` takes a value that was handed out elsewhere and names it; ``spread`` returns the parts that stand for a
    value that was made once on each of several engines, None for all others.
    """

    def __init__(
        self, adopt: Callable[[tuple[str, int]], ValueId], spread: Callable[[ValueId], tuple[ValueId, ...] | None]
    ) -> None:
        super().__init__()
        self._adopt, self._spread = adopt, spread
        self._by_value: set[str] = set()
        self._wholes: dict[int, Form] = {}

    def job(self, call: Call) -> Job:
        """Return the call as it can be sent; NotPicklableError names the argument that cannot travel."""
        if call.form.where is not None and call.form.where.once_on:
            # Item by item it is kept once all engines have answered: one item for each.
            return self._job(call, *self.encode(replace(call, form=self._whole(call.form))))
        values: list[Any] = []
        refs: list[ValueId] = []
        for argument in call.arguments.values():
            if type(argument) is Ref and self._spread(argument.value) is None:
                refs.append(argument.value)
            elif type(argument) is Given and is_plain(argument.value):
                values.append(argument.value)
            else:
                return self._job(call, *self.encode(call))
        if call.form.where is not None or len(refs) > _MOST_REFS:
            return self._job(call, *self.encode(call))
        return self._job(call, self.shape(call), tuple(values), tuple(refs))

    def _whole(self, form: Form) -> Form:
        """Return the form with which each engine makes its part: not item by item."""
        whole = self._wholes.get(id(form))
        if whole is None:
            whole = self._wholes[id(form)] = replace(form, split=frozenset(), digest=False)
            self._kept.append(form)
        return whole

    def _job(self, call: Call, kind: int, arguments: bytes | tuple[Any, ...], refs: tuple[ValueId, ...]) -> Job:
        form = call.form
        made = Job(call, kind, arguments, refs, call.task, call.attempt, form.where, form.n_procs, form.mem_gb)
        made.code = frozenset(self._by_value)
        return made

    def encode(self, call: Call) -> Encoded:
        """Return the call as bytes; NotPicklableError names the argument that cannot travel."""
        with by_value(self._by_value):
            encoded = super().encode(call)
            if self._by_value and isinstance(encoded.arguments, bytes):
                encoded = encoded._replace(arguments=with_code(encoded.arguments))
            return encoded

    def shape(self, call: Call) -> int:
        """Return the number of a shape; see there."""
        if not self._by_value:
            return super().shape(call)
        with by_value(self._by_value):
            return super().shape(call)

    def _plain(self, argument: Argument, refs: list[ValueId]) -> Any:
        match argument:
            case Ref(value) if (parts := self._spread(value)) is not None:
                argument = Items(tuple(map(Ref, parts)))
            case Moved(handed) if not isinstance(handed, bytes):
                # An engine may not see the file: then it gets the bytes.
                argument = Ref(self._adopt(handed))
        return super()._plain(argument, refs)

    def by_value(self, job: Job, cause: Cause) -> Job | None:
        """Return a job again whose function or arguments an engine could not import, with the code of the user's own
        modules in it; None if that would be no different."""
        if cause.kind != NOT_PICKLABLE or cause.port:
            return None
        data = [self.templates[number] for number in (job.kind, self._template_of.get(job.kind, job.kind))]
        if isinstance(job.arguments, bytes):
            data.append(job.arguments)
        found = {name for one in data for name in local_modules_in(one)} - job.code
        if not found:
            return None
        if not found <= self._by_value:
            self._by_value |= found
            # What was pickled by reference is to be pickled anew.
            for known in (self._numbers, self._shapes, self._live, self._by_data):
                known.clear()
        again = self.job(job.call)
        again.copy, again.where, again.unfit, again.told = job.copy, job.where, job.unfit, job.told
        return again
