"""A worker process: executes one call at a time and answers through memory that it shares with its owner."""

from __future__ import annotations

import array
import fcntl
import os
import pickle
import resource
import signal
import socket
import sys
import tempfile
import termios
import time
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.context import TaskContext
from ...core.worker.execute import Result, execute
from ...core.worker.failures import Cause, cause_of
from ...core.worker.limits import ThreadLimits
from ...core.worker.machine import cores
from ..hosting import channel as ch
from ..hosting import kin
from ..hosting.answers import handed_out
from ..hosting.child import PRINTED, Progress, Setup, peak_memory
from ..hosting.process_state import ProcessState
from ..hosting.surroundings import Surroundings
from ..hosting.wire import Decoder
from .board import ASKED, CONSUMED, ENDED, READINGS, STOP, WORN, Board
from .claiming import Queue
from .service import Service

if TYPE_CHECKING:
    from ...core.worker.call import Call

SIDE, BOARD = PRINTED + 1, PRINTED + 2
"""The descriptors of the channel of the service, and of the board."""

LONG = 0.001
"""Of tasks that take longer, in seconds, the memory is measured too: it costs more than a short task. Nor are
answers held back for longer."""

LOOK = pickle.dumps(0, 5)
"""What tells the owner that there are answers on the board."""

_CORES = cores()
_FULL = 64 * 1024


def serve(setup: Setup, channel: socket.socket) -> None:
    """Execute what comes through the channel until its end."""
    Worker(setup, channel).serve()


class Worker:
    """Serves one channel."""

    def __init__(self, setup: Setup, channel: socket.socket) -> None:
        self._setup = setup
        self._is_child = False
        os.register_at_fork(after_in_child=self._forked)
        self._overflow = setup.overflow
        self._channel = channel
        self._board = Board(BOARD)
        self._numbers = self._board.numbers
        self._queue = Queue(ch.Inbox(channel, *self._overflow), self._board, self._tell_of_answers)
        self._service = Service(socket.socket(fileno=SIDE), Path(setup.memory), Path(setup.disk), setup.budget)
        self._keeping = self._service.keeping
        self._decoder = Decoder(self._template, self._keeping.moved)
        self._files = setup.store
        self._streams = sys.stdout, sys.stderr
        self._children_cpu = self._cpu = 0.0
        self._printed, self._marks = -1, 0
        self._unread = array.array("i", [0])
        self._told, self._held_back = time.monotonic(), False
        self._number, self._inside = 0, False
        signal.signal(signal.SIGINT, self._interrupted)
        self._home = Path(tempfile.mkdtemp(prefix=f"worker-{os.getpid()}-", dir=setup.disk)).resolve()
        # What modules put into temporary files is removed with the pool, also if the worker is killed.
        tempfile.tempdir = setup.disk
        self._progress = Progress(lambda fraction, text: self._send(ch.PROGRESS, self._number, fraction, text))
        self._context = TaskContext(self._progress, self._log, self._cancelled, scratch=self._home)
        self._surroundings = Surroundings(self._home)
        self._process = ProcessState()
        self._limits = ThreadLimits(self._surroundings.set_variable)

    def serve(self) -> None:
        """Execute what comes until the end of the channel."""
        # A worker that never says that it is ready is replaced.
        self._channel.send(LOOK)
        while (job := self._queue.next()) is not None:
            self._execute(*job)

    def _forked(self) -> None:
        self._is_child = True

    def _template(self, number: int) -> bytes:
        return ch.template(number, *self._overflow)

    def _send(self, *message: Any) -> None:
        """Tell something that is no answer; what is large and has no room is dropped."""
        try:
            packet = ch.packet(pickle.dumps(message, 5), *self._overflow)
        except OSError:
            return
        self._channel.send(packet)

    # One call

    def _execute(self, number: int, short: Any, *call: Any) -> None:
        self._number = number
        # System calls cost more than they take, because what comes after them is slower too.
        if not short:
            self._cpu = time.process_time()
        began = time.perf_counter()
        try:
            result = copy_context().run(self._called, *call)
        except KeyboardInterrupt as error:
            # It came when the module had just ended in another way.
            result = cause_of(error)
        if self._is_child:
            # The module forked and its child returned: it must not answer in the worker's place.
            os._exit(0)
        seconds = time.perf_counter() - began
        if seconds > kin.QUICKEST or not self._queue.soon_done:
            self._restore_process()
        answer = handed_out(result, self._keeping.hand_out)
        cpu, peak = seconds, 0
        if seconds > LONG or not short:
            cpu = min(time.process_time() - self._cpu, seconds * _CORES)
        if seconds > LONG:
            peak = peak_memory()
            cpu += self._cpu_of_children()
        self._progress.flush()
        ended = kin.end_children(1.0) if seconds > kin.QUICKEST and kin.has_children() else []
        self._surroundings.restore()
        if ended:
            self._send(ch.LEFTOVERS, number, ended)
        self._give(number, (answer, self._end_output(), seconds, cpu, peak))
        self._keeping.make_room()

    def _called(self, task: str, attempt: int, shape: int, *rest: Any) -> Result | Cause:
        arguments, slots = rest
        try:
            self._keeping.expect(slots)
            call = self._call(task, attempt, shape, arguments)
            self._limits.allow(call.form.n_procs)
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            cause = cause_of(error)
            message = f"an argument cannot be made again in the worker: {cause.type}: {cause.message}"
            return Cause("not picklable", message, type=cause.type, traceback=cause.traceback)
        try:
            self._inside = True
            return execute(call, self._keeping.fetch, self._context, self._files)
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            return cause_of(error)
        finally:
            self._inside = False

    def _call(self, task: str, attempt: int, shape: int, arguments: Any) -> Call:
        if type(arguments) is bytes:
            return self._decoder.decode(task, attempt, shape, arguments)
        return self._decoder.shaped(task, attempt, shape, arguments)

    def _log(self, line: str) -> None:
        self._streams[0].write(line + "\n")

    def _restore_process(self) -> None:
        """Undo what a task changed of this process; not after one so short that to look would take as long as it."""
        self._process.restore()
        self._flush()
        # A module may have put something else in their place.
        os.dup2(PRINTED, 1)
        os.dup2(PRINTED, 2)
        if self._process.spoilt:
            self._wear()

    def _wear(self) -> None:
        """Begin nothing else, once: the owner is to replace this worker if it can."""
        if not self._numbers[WORN]:
            self._numbers[WORN] = 1
            self._queue.rest()

    # The end before its time

    def _cancelled(self) -> bool:
        number = self._numbers[ASKED] = self._number
        return bool(self._numbers[STOP] == number)

    def _interrupted(self, _number: int, _frame: object) -> None:
        """End the module, once. The owner sends no signal that could reach a later call."""
        if self._inside:
            self._inside = False
            raise KeyboardInterrupt("the task was cancelled")

    # What came of it

    def _give(self, number: int, answer: tuple[Any, ...]) -> None:
        """Answer the call. Behind it short ones may wait, and then its owner is told of all their answers at once."""
        if not self._board.put(number, answer):
            self._send_answer(number, answer)
        self._held_back = True
        self._numbers[ENDED] = number
        if not self._queue.soon_done or time.monotonic() - self._told > LONG or self._board.filled > _FULL:
            self._tell_of_answers()

    def _send_answer(self, number: int, answer: tuple[Any, ...]) -> None:
        try:
            packet = ch.packet(pickle.dumps((ch.RESULT, number, answer), 5), *self._overflow)
        except OSError as error:
            cause = Cause("insufficient resources", f"there is no room to tell what came of it: {error}")
            packet = pickle.dumps((ch.RESULT, number, (cause, *answer[1:])), 5)
        self._channel.send(packet)

    def _tell_of_answers(self) -> None:
        if self._held_back:
            self._held_back = False
            self._surroundings.end_alarms()
            self._channel.send(LOOK)
            self._told = time.monotonic()

    def _end_output(self) -> bool:
        """Write a mark behind what the task printed, if it did; only so its reader knows where the next task begins."""
        if not self._flush():
            # The streams are broken, but a new worker has new ones.
            os._exit(1)
        if not self._has_printed():
            return False
        self._marks += os.write(PRINTED, self._setup.mark)
        return True

    def _flush(self) -> bool:
        try:
            for stream in self._streams:
                stream.flush()
        except (OSError, ValueError):
            return False
        return True

    def _has_printed(self) -> bool:
        """Say whether anything came into the pipe for output since this was last asked; if in doubt, that it did."""
        numbers = self._numbers
        readings = numbers[READINGS]
        fcntl.ioctl(PRINTED, termios.FIONREAD, self._unread)
        printed = numbers[CONSUMED] + self._unread[0] - self._marks
        if numbers[READINGS] != readings or readings % 2:
            # It was being read meanwhile.
            self._printed = -1
            return True
        before, self._printed = self._printed, printed
        return bool(printed != before)

    def _cpu_of_children(self) -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        before, self._children_cpu = self._children_cpu, used.ru_utime + used.ru_stime
        return self._children_cpu - before
