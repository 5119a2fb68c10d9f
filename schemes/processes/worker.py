"""A worker process: takes one call at a time from its channel, executes it, and answers at once."""

from __future__ import annotations

import os
import pickle
import resource
import sys
import tempfile
import time
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.context import TaskContext
from ...core.worker.execute import Result, execute
from ...core.worker.failures import Cause, cause_of
from ...core.worker.files import FileStore
from ...core.worker.handing import Handed, NotPicklableError
from ..hosting import channel as ch
from ..hosting import kin
from ..hosting.child import PRINTED, Progress, Setup, peak_memory
from ..hosting.surroundings import Surroundings
from ..hosting.wire import Decoder
from .keeping import Keeping

if TYPE_CHECKING:
    import socket

LONG = 0.001
"""Of tasks that take longer, in seconds, the memory is measured too: it costs more than a short task."""


def serve(setup: Setup, channel: socket.socket) -> None:
    """Execute what comes through the channel until its end."""
    Worker(setup, channel).serve()


class Worker:
    """Serves one channel."""

    def __init__(self, setup: Setup, channel: socket.socket) -> None:
        self._setup = setup
        self._pid = os.getpid()
        self._disk = Path(setup.disk)
        self._channel = channel
        self._inbox = ch.Inbox(channel)
        self._decoder = Decoder(lambda number: ch.template_file(self._disk, number).read_bytes())
        self._keeping = Keeping(Path(setup.memory), self._disk)
        self._files = FileStore(Path(setup.files))
        self._streams = sys.stdout, sys.stderr
        self._children_cpu = 0.0
        home = Path(tempfile.mkdtemp(prefix=f"worker-{os.getpid()}-", dir=setup.disk))
        # Private directories of tasks go there too, so that those of a killed worker are removed with the
        # pool.
        tempfile.tempdir = str(self._disk)
        self._surroundings = Surroundings(home)

    def serve(self) -> None:
        """Execute what comes until the end of the channel."""
        while True:
            match self._inbox.next():
                case (ch.JOB, task, attempt, template, arguments, handed):
                    self._execute(task, attempt, template, arguments, handed)
                case (ch.RELEASE, paths):
                    self._keeping.forget(paths)
                case _:
                    return

    def _send(self, *message: Any) -> None:
        self._channel.send(ch.packet(pickle.dumps(message, 5), self._disk))

    # One call

    def _execute(self, task: str, attempt: int, template: int, arguments: bytes, handed: Any) -> None:
        progress = Progress(lambda fraction, text: self._send(ch.PROGRESS, fraction, text))
        began, cpu = time.perf_counter(), time.process_time()
        result = copy_context().run(self._called, progress, task, attempt, template, arguments, handed)
        if os.getpid() != self._pid:
            # The module forked and its child returned: it must not answer in the worker's place.
            os._exit(0)
        seconds = time.perf_counter() - began
        answer = self._answer(result)
        cpu = time.process_time() - cpu
        peak = 0
        if seconds > LONG:
            peak = peak_memory()
            cpu += self._cpu_of_children()
        progress.flush()
        ended = kin.end_children(1.0) if kin.has_children() else []
        self._surroundings.restore()
        if ended:
            self._send(ch.LEFTOVERS, ended)
        self._end_output()
        self._send(ch.RESULT, *answer, seconds, cpu, peak)

    def _called(self, progress: Progress, task: str, attempt: int, *rest: Any) -> Result | Cause:
        template, arguments, handed = rest
        context = TaskContext(progress, self._log)
        try:
            call = self._decoder.decode(task, attempt, template, arguments)
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            cause = cause_of(error)
            message = f"an argument cannot be made again in the worker: {cause.type}: {cause.message}"
            return Cause("not picklable", message, type=cause.type, traceback=cause.traceback)
        self._keeping.expect(handed)
        try:
            return execute(call, self._keeping.fetch, context, self._files)
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            return cause_of(error)

    def _log(self, line: str) -> None:
        self._streams[0].write(line + "\n")

    # What came of it

    def _answer(self, result: Result | Cause) -> tuple[Any, ...]:
        """Return the cause, or the result with its values handed out."""
        if isinstance(result, Cause):
            return (result,)
        values: dict[tuple[str, int], Handed] = {}
        output = ""
        try:
            for output, value in result.outputs.items():
                if output in result.items:
                    for place, item in enumerate(value):
                        values[output, place] = self._keeping.hand_out(item)
                else:
                    values[output, -1] = self._keeping.hand_out(value)
        except NotPicklableError as error:
            kind = type(result.outputs[output]).__qualname__
            message = f"the output {output!r} ({kind}) cannot be sent to another process: {error}"
            return (Cause("not picklable", message, type=kind),)
        except OSError as error:
            return (Cause("exception", f"there is no room for the output {output!r}: {error}", type="OSError"),)
        # A plain tuple: a pickled dataclass costs more than a short task.
        return ((values, result.items, result.flags, result.absent, result.previews),)

    def _end_output(self) -> None:
        """Write a mark behind what the task printed: only so can its reader know where the next task begins.

        The reader may be behind or ahead of the answers.
        """
        for stream in self._streams:
            try:
                stream.flush()
            except (OSError, ValueError):
                # The streams are broken, but a new worker has new ones.
                os._exit(1)
        os.write(PRINTED, self._setup.mark)

    def _cpu_of_children(self) -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        before, self._children_cpu = self._children_cpu, used.ru_utime + used.ru_stime
        return self._children_cpu - before
