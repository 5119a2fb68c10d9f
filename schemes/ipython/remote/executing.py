"""Executes a batch of jobs, one after the other."""

from __future__ import annotations

import os
import resource
import time
import traceback
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....core import worker
from ....core.worker.context import TaskContext
from ....core.worker.execute import Result, execute
from ....core.worker.failures import CallError, Cause, cause_of
from ...hosting.child import peak_memory
from .messages import BROKEN, Ran

if TYPE_CHECKING:
    from ....core.worker.call import Call
    from ....core.worker.limits import ThreadLimits
    from .messages import Batch, Job
    from .printed import Printed
    from .session import Session
    from .stage import Stage
    from .telling import Telling

LONG = 0.001
"""Of tasks that take longer, in seconds, memory and processor time are measured: it costs more than a short task."""

_OWN = (str(Path(__file__).parent) + os.sep, str(Path(worker.__file__).parent) + os.sep)
_MOST_FRAMES = 60
_CORES = os.cpu_count() or 1


class Execution:
    """One batch on its stage."""

    def __init__(
        self, session: Session, stage: Stage, printed: Printed, telling: Telling, limits: ThreadLimits
    ) -> None:
        self._session, self._stage, self._printed = session, stage, printed
        self._telling, self._turns, self._limits = telling, session.turns, limits
        self._context = TaskContext(
            telling.progress, self._log, session.turns.cancelled, scratch=session.home.resolve()
        )
        self._children_cpu = _cpu_of_children()
        self._cpu, self._short = time.process_time(), 0.0

    def run(self, batch: Batch) -> Ran:
        """Execute the jobs in their order, but for those that were recalled; return what was not told live."""
        not_begun: list[int] = []
        for job in batch.jobs:
            if self._turns.begin(job[0], job[1]):
                self._execute(job, batch.long)
                self._turns.end()
            else:
                not_begun.append(job[0])
        messages = self._telling.finish()
        return Ran(messages, self._telling.packets, tuple(not_begun))

    def _log(self, line: str) -> None:
        self._printed.streams[0].write(line + "\n")

    def _execute(self, job: Job, long: bool) -> None:  # noqa: FBT001 - one of ours
        number = job[0]
        self._telling.begin(number)
        if long:
            self._telling.tell_now()
        began = time.perf_counter()
        try:
            result = copy_context().run(self._called, job)
        except KeyboardInterrupt as error:
            # It came when the module had just ended in another way.
            result = cause_of(error)
        if self._stage.is_forked():
            # The module forked and its child returned: it must not answer in the engine's place.
            os._exit(0)
        seconds = time.perf_counter() - began
        # What cannot be taken back stays: the engine is not ours to replace.
        self._stage.process.restore()
        used, peak = seconds, 0
        if seconds > LONG:
            used = min(self._used(), seconds * _CORES) + self._used_by_children()
            peak = peak_memory()
        else:
            self._short += seconds
        if self._turns.settle():
            # Also where the module has swallowed it, or asked, and gave what it had.
            where = result.traceback if isinstance(result, Cause) and BROKEN in result.message else ""
            result = Cause("exception", BROKEN, type="KeyboardInterrupt", traceback=where)
        elif self._turns.interrupted:
            result = Cause("cancelled", "the task was interrupted")
        outcome = self._handed_out(result)
        leftovers = self._clean_up(seconds)
        self._telling.end()
        self._telling.answer(number, outcome, seconds, used, peak, leftovers)
        self._session.keeping.make_room()

    def _clean_up(self, seconds: float) -> list[str]:
        leftovers = self._stage.end_children(seconds)
        self._printed.flush(thoroughly=seconds > LONG)
        surroundings = self._stage.surroundings
        surroundings.restore()
        if self._printed.repair(thoroughly=seconds > LONG):
            surroundings.keep_streams()
        return leftovers

    def _handed_out(self, result: Result | Cause) -> Any:
        try:
            return self._session.answer(result)
        except Exception as error:  # noqa: BLE001 - a foreign object may raise anything when it is pickled
            return cause_of(error)

    # The call

    def _called(self, job: Job) -> Result | Cause:
        try:
            call = self._call(job)
            self._limits.allow(call.form.n_procs)
        except CallError as error:
            return Cause("not picklable", str(error))
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            cause = cause_of(error)
            message = f"an argument cannot be made again on the engine: {cause.type}: {cause.message}"
            return Cause("not picklable", message, type=cause.type, traceback=cause.traceback)
        try:
            self._turns.enter()
            found = execute(call, self._session.fetch, self._context, self._session.files)
            return Cause("lost contact", self._session.lost) if self._session.lost else found
        except KeyboardInterrupt as error:
            return Cause("exception", str(error), type="KeyboardInterrupt", traceback=_of_the_module(error))
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            return cause_of(error)
        finally:
            self._turns.leave()

    def _call(self, job: Job) -> Call:
        _, task, attempt, kind, arguments, slots = job
        session = self._session
        session.keeping.expect(slots)
        session.lost = ""
        session.border.check(kind, session.templates, arguments, slots)
        if type(arguments) is bytes:
            return session.decoder.decode(task, attempt, kind, arguments)
        return session.decoder.shaped(task, attempt, kind, arguments)

    def _used(self) -> float:
        """Return the processor time since this was last called, but for that of short jobs: to ask costs too much."""
        before, self._cpu = self._cpu, time.process_time()
        short, self._short = self._short, 0.0
        return max(0.0, self._cpu - before - short)

    def _used_by_children(self) -> float:
        before, self._children_cpu = self._children_cpu, _cpu_of_children()
        return self._children_cpu - before


def _of_the_module(error: KeyboardInterrupt) -> str:
    """Return where the module was when it was interrupted."""
    shown = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_OWN)]
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(shown[-_MOST_FRAMES:])]
    return "".join([*lines, f"KeyboardInterrupt: {error}\n"])


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
