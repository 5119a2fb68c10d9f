"""Calls as their owner keeps them until they are answered."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from ...core.worker.call import Applied, Argument, Call, Given, Items, Labelled, Moved, Ref, ValueId
from ...core.worker.handing import size_of
from ..hosting.learning import UNKNOWN
from ..hosting.wire import Encoder, is_plain


class Job(Struct, eq=False):
    """A call on its way.

    ``kind`` is the number of its template if ``arguments`` are pickled, else of its shape, and they are the values
    written in the pipeline; ``refs`` are the values made in the run. ``serial`` counts what was submitted,
    ``number`` what the worker was sent. ``since`` is when it began to wait for a worker that has its input.
    """

    task: str
    attempt: int
    kind: int
    arguments: bytes | tuple[Any, ...]
    refs: tuple[ValueId, ...]
    bytes_in: int = 0
    expected: float = UNKNOWN
    serial: int = 0
    number: int = 0
    since: float = 0.0
    stopping: bool = False


class Parcels:
    """Makes jobs of calls; the values of most are few and small, and need no pickle of their own.

    ``encoder`` has what workers must know of them besides.
    """

    def __init__(self) -> None:
        self.encoder = Encoder()

    def job(self, call: Call) -> Job:
        """Return the call as it can be sent; NotPicklableError names the argument that cannot travel."""
        values: list[Any] = []
        refs: list[ValueId] = []
        for argument in call.arguments.values():
            if type(argument) is Ref:
                refs.append(argument.value)
            elif type(argument) is Given and is_plain(argument.value):
                values.append(argument.value)
            else:
                return self._pickled(call)
        if len(refs) > _MOST_REFS:
            return self._pickled(call)
        return Job(call.task, call.attempt, self.encoder.shape(call), tuple(values), tuple(refs))

    def _pickled(self, call: Call) -> Job:
        template, arguments, refs = self.encoder.encode(call)
        moved = sum(map(_moved, call.arguments.values()))
        return Job(call.task, call.attempt, template, arguments, refs, moved)


_MOST_REFS = 64


def _moved(argument: Argument) -> int:
    """Return how many bytes of values from other schemes an argument refers to."""
    match argument:
        case Moved(handed):
            return size_of(handed)
        case Items(items):
            return sum(map(_moved, items))
        case Labelled(_, inner) | Applied(_, inner):
            return _moved(inner)
        case _:
            return 0
