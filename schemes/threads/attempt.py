"""Executes one call in a thread of the host, and says what came of it."""

from __future__ import annotations

import contextlib
import os
import time
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from ...core.worker.execute import Result, execute
from ...core.worker.failures import Cause, cause_of
from ..hosting.child import PRINTED, peak_memory
from ..hosting.kin import leftover_line
from .leftovers import Leftovers
from .messages import LINE, RESULT, SKIPPED
from .output import end_mark
from .sharing import SharedCores
from .store import ATOMS, is_small
from .streams import listen
from .voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...core.worker.call import ValueId
    from ...core.worker.files import FileStore
    from ...core.worker.handing import Handed
    from .answers import Outbox
    from .board import RunningBoard
    from .messages import JobMessage
    from .parcels import Unpacker
    from .store import Store

LONG = 0.001
"""Of calls that take longer, in seconds, the memory is measured too, and where their output ends is marked."""


class Performer:
    """Executes calls; several threads may do so at once.

    Of a short call only the time is measured. The peak memory is that of the whole process since it was last asked
    for, and 0 for short calls; the CPU time is that of the calling thread.
    """

    def __init__(
        self, unpacker: Unpacker, store: Store, files: FileStore, board: RunningBoard, answers: Outbox, mark: bytes
    ) -> None:
        self._unpacker, self._store, self._files = unpacker, store, files
        self._board, self._answers, self._mark = board, answers, mark
        self._cores = SharedCores()
        self.leftovers = Leftovers(board, self._tell_left)
        self._pid = os.getpid()
        self.stopped: set[int] = set()

    def perform(self, job: JobMessage, place: int) -> float:
        """Execute a call, and return the seconds it took; less than 0 if it was stopped before it began.

        Whatever goes wrong, the call is answered and this returns.
        """
        try:
            return self._performed(job, place)
        except BaseException as error:  # noqa: BLE001 - a thread that ended here would leave its call without an answer
            message = f"what the module raised or returned cannot be told: {type(error).__name__}"
            self._cores.end(place)
            self._board.end(place, job[0])
            self._answers.add((RESULT, job[0], Cause("exception", message), (), 0, 0.0, 0.0, 0))
            return 0.0

    def _performed(self, job: JobMessage, place: int) -> float:
        number, task = job[0], job[1]
        if number in self.stopped:
            self.stopped.discard(number)
            self._answers.add((SKIPPED, number))
            return -1.0
        self._board.begin(place, number)
        voice = Voice(number, self._answers, self.stopped)
        cpu, began = time.thread_time(), time.perf_counter()
        result = copy_context().run(self._called, job, place, voice)
        seconds, cpu = time.perf_counter() - began, time.thread_time() - cpu
        if os.getpid() != self._pid:
            # The module forked and its child returned: it must not answer in the host's place.
            os._exit(0)
        self._cores.end(place)
        try:
            voice.end()
        except BaseException as error:  # noqa: BLE001 - what the module said last may raise when it is told
            result = cause_of(error)
        if seconds > LONG:
            self._mark_output(number)
        self.leftovers.end(place, number, seconds)
        if number in self.stopped:
            self.stopped.discard(number)
            self._answers.add((SKIPPED, number))
            return seconds
        used = seconds, cpu, peak_memory() if seconds > LONG else 0
        self._answers.add(self._answer(number, task, result, used))
        return seconds

    def _called(self, job: JobMessage, place: int, voice: Voice) -> Result | Cause:
        _, task, attempt, template, arguments, handed = job
        listen(voice)
        try:
            call = self._unpacker.call(task, attempt, template, arguments)
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            cause = cause_of(error)
            message = f"an argument cannot be made again in the thread host: {cause.type}: {cause.message}"
            return Cause("not picklable", message, type=cause.type, traceback=cause.traceback)
        if call.form.n_procs > self._cores.each:
            self._cores.begin(place, call.form.n_procs)
        fetch = self._store.fetch if not handed else lambda value: self._fetched(value, handed)
        try:
            return execute(call, fetch, voice.context(), self._files)
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt, which no thread but the first gets by itself
            return cause_of(error)

    def _fetched(self, value: ValueId, handed: Mapping[ValueId, Handed]) -> Any:
        return self._store.received(handed[value]) if value in handed else self._store.fetch(value)

    def _answer(
        self, number: int, task: str, result: Result | Cause, used: tuple[float, float, int]
    ) -> tuple[Any, ...]:
        if isinstance(result, Cause):
            return (RESULT, number, result, (), 0, *used)
        try:
            small, size = sized(result)
        except BaseException as error:  # noqa: BLE001 - what a module made may raise anything when it is looked at
            return (RESULT, number, cause_of(error), (), 0, *used)
        self._store.keep(task, number, result.outputs, result.items)
        # A plain tuple: a pickled dataclass costs more than a short task.
        facts = (result.items, result.flags, result.absent, result.previews, result.files, result.digests)
        return (RESULT, number, facts, small, size, *used)

    def _tell_left(self, number: int, command: str) -> None:
        self._answers.add((LINE, number, leftover_line(command)))

    def _mark_output(self, number: int) -> None:
        """Write a mark behind what the call printed past Python, so that its reader knows where it ends."""
        with contextlib.suppress(OSError):
            os.write(PRINTED, end_mark(self._mark, number, self._board.running()))


def sized(result: Result) -> tuple[dict[str, Any], int]:
    """Return the outputs that go along with the answer, and about how many bytes all have together.

    Arrays, texts and bytes tell their size; all else counts nothing.
    """
    small: dict[str, Any] = {}
    total = 0
    for output, value in result.outputs.items():
        kind = type(value)
        if is_small(value) and output not in result.items:
            small[output] = value
        elif kind not in ATOMS:
            total += len(value) if kind is str or kind is bytes else _bytes_of(value)
    return small, total


def _bytes_of(value: Any) -> int:
    try:
        found = getattr(value, "nbytes", 0)
    except Exception:  # noqa: BLE001 - a strange object has no size, as it has none elsewhere
        return 0
    return found if type(found) is int else 0
