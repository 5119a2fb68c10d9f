"""A scheme that executes each call by a command of its own, for plug-ins to say which one."""

from __future__ import annotations

import itertools
import json
import pickle
import secrets
import shutil
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.background import BackgroundThread
from ...core.scheme import Began, Capacity, Ended, Exported, Logged, Place, Progressed, Report, Stopped
from ...core.worker.call import references
from ...core.worker.failures import Cause
from ...core.worker.handing import NotPicklableError, discard, dumps, hand_out
from ..hosting.answers import result_of, sizes
from ..hosting.parts import loaded, parts_of
from ..hosting.wire import Encoder
from .command import Command
from .printed import Printed
from .task import ANSWER, CALL, Setup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...core.scheme import SchemeContext
    from ...core.worker.call import Call, ValueId
    from ...core.worker.handing import Handed


@dataclass
class Job:
    """A call that is carried out: its ``folder``, the number of its worker, and its command once it was started."""

    call: Call
    folder: Path
    worker: int
    place: Place
    command: Command | None = None
    stopping: bool = False


class CommandScheme:
    """Starts Python anew for each call, on this machine; a plug-in may say ``command`` to have it started elsewhere.

    Wherever that is, it sees the run's folders under the same names and has Treadle installed. A command that ends,
    ends the call; one whose standard input ends has lost its owner, and ends too.
    """

    runs_here = False
    handover = 0.1
    """In seconds: to start a Python. A command that waits for a queue, or starts a container, says more."""

    def __init__(self, context: SchemeContext) -> None:
        self.name = context.name
        self.context = context
        self._folder = context.folder / f"commands-{context.name}"
        self._report: Callable[[Report], None] = lambda _report: None
        self._jobs: dict[str, Job] = {}
        self._threads: set[threading.Thread] = set()
        self._busy: set[int] = set()
        self._values: dict[str, dict[tuple[str, int], Handed]] = {}
        self._lock = threading.Lock()

    def command(self, call: Call, python: list[str]) -> list[str]:  # noqa: ARG002 - plug-ins look at it
        """Return the words of the command for a call, given those that start Python for it here."""
        return python

    def open(self, report: Callable[[Report], None]) -> None:
        """Announce how many calls run at once; nothing is started before there is one."""
        self._report = report
        (self._folder / "values").mkdir(parents=True, mode=0o700)
        report(Capacity(self.name, self.context.workers, self.context.workers))

    def submit(self, calls: Sequence[Call]) -> None:
        """Carry out calls, each in a thread that looks after its command."""
        for call in calls:
            folder = self._folder / secrets.token_hex(8)
            with self._lock:
                # One that the run does not wait for any more may still be there: then there is a worker more.
                number = next(number for number in itertools.count(1) if number not in self._busy)
                self._busy.add(number)
                job = self._jobs[call.task] = Job(call, folder, number, Place(f"{self.name} {number}"))
            thread = BackgroundThread(target=self._carry_out, args=(job,), name=f"treadle-{self.name}", daemon=True)
            with self._lock:
                self._threads.add(thread)
            thread.start()

    # One call

    def _carry_out(self, job: Job) -> None:
        call = job.call
        mark = f"\x1e{secrets.token_hex(16)} "
        values: dict[tuple[str, int], Handed] = {}
        try:
            answer, values = self._executed(job, mark)
        except NotPicklableError as error:
            answer = self._refusal(job, Cause("not picklable", str(error)))
        except Exception as error:  # noqa: BLE001 - a call must never go unanswered
            if job.command is not None:
                job.command.end()
            why = f"{self.name} cannot carry it out: {type(error).__name__}: {error}"
            answer = self._refusal(job, Cause("insufficient resources", why))
        shutil.rmtree(job.folder, ignore_errors=True)
        with self._lock:
            self._busy.discard(job.worker)
            if self._jobs.get(call.task) is job:
                del self._jobs[call.task]
            self._threads.discard(threading.current_thread())
            if job.stopping:
                answer = Stopped(call.task, call.attempt)
            elif values:
                self._values[call.task] = values
        if job.stopping:
            _discard(values)
        self._report(answer)

    def _executed(self, job: Job, mark: str) -> tuple[Report, dict[tuple[str, int], Handed]]:
        call, began = job.call, time.monotonic()
        read = self._write(job, mark)
        python = [sys.executable, "-P", "-m", "treadle.schemes.commands.task", str(job.folder)]
        words = self.command(call, python)
        with self._lock:
            if job.stopping:
                return Stopped(call.task, call.attempt), {}
            first = json.dumps(dict(self.context.environment)).encode() + b"\n"
            command = job.command = Command(words, job.folder, first)
        printed = Printed(
            mark.encode(), lambda line: self._report(Logged(call.task, line)), lambda told: self._heed(job, told)
        )
        for piece in command.output():
            printed.feed(piece)
        printed.end()
        death = command.close()
        place, seconds = job.place, time.monotonic() - began
        try:
            data = (job.folder / ANSWER).read_bytes()
        except OSError:
            return Ended(call.task, call.attempt, death, place, lost=True, seconds=seconds), {}
        given, seconds, cpu, peak = pickle.loads(data)  # noqa: S301 - from a folder that only this user can enter
        used = {"seconds": seconds, "cpu_seconds": cpu, "peak_memory": peak, "bytes_in": read}
        if isinstance(given, Cause):
            return Ended(call.task, call.attempt, given, place, **used), {}
        values, rest = given
        return Ended(call.task, call.attempt, result_of(rest), place, bytes_out=sizes(values), **used), values

    def _write(self, job: Job, mark: str) -> int:
        """Write all that the command needs into the folder of the call; return the bytes of the values it reads."""
        call, context = job.call, self.context
        encoder = Encoder()
        encoded = encoder.encode(call)
        refs = {value for argument in call.arguments.values() for value in references(argument)}
        with self._lock:
            held = {value: self._held(value) for value in refs}
        setup = Setup(
            mark,
            str(self._folder / "values"),
            str(context.files),
            str(context.spare),
            [*(entry or str(Path.cwd()) for entry in sys.path), *map(str, context.search_path)],
        )
        job.folder.mkdir(mode=0o700)
        body = call.task, call.attempt, encoder.templates[encoded.template], encoded.arguments, held
        (job.folder / CALL).write_bytes(json.dumps(setup).encode() + b"\n" + dumps(body))
        return sum(sizes(dict(enumerate(handed))) for handed, _, _ in held.values())

    def _heed(self, job: Job, told: list[Any]) -> None:
        """Take what a command tells of its call."""
        match told:
            case ["began", int(pid), str(host)]:
                job.place = Place(job.place.worker, pid, "" if host == socket.gethostname() else host)
                self._report(Began(job.call.task, job.call.attempt, job.place))
            case ["progress", float() | int() as fraction, str(text)]:
                self._report(Progressed(job.call.task, fraction, text))

    def _refusal(self, job: Job, cause: Cause) -> Ended:
        return Ended(job.call.task, job.call.attempt, cause, job.place, refused=True)

    def stop(self, tasks: Iterable[str]) -> None:
        """End the commands of these calls."""
        for task in tasks:
            with self._lock:
                job = self._jobs.get(task)
                if job is None:
                    continue
                job.stopping = True
                command = job.command
            if command is not None:
                BackgroundThread(target=command.end, name=f"treadle-stop-{self.name}", daemon=True).start()

    # Values

    def _held(self, value: ValueId) -> tuple[list[Handed], ValueId, list[ValueId]]:
        """Return how a value, or each of its parts, can be read; KeyError if it is not here."""
        parts = parts_of(value, self._values[value[0]])
        return [self._values[task][output, place] for task, output, place in parts], value, parts

    def export(self, values: Iterable[ValueId]) -> None:
        """Tell how values can be read: all of them can."""
        for value in values:
            try:
                handed: Handed | Cause = self._readable(value)
            except (KeyError, NotPicklableError, OSError) as error:
                why = f"the output {value[1]!r} of {value[0]} cannot leave {self.name}: {error}"
                handed = Cause("not picklable", why)
            self._report(Exported(value, handed))

    def _readable(self, value: ValueId) -> Handed:
        with self._lock:
            handed, _, parts = self._held(value)
        if parts == [value]:
            return handed[0]
        folder = self._folder / "values"
        whole = hand_out(loaded(handed, value, parts), folder, folder)
        task, output, place = value
        with self._lock:
            self._values[task][output, place] = whole
        return whole

    def fetch(self, value: ValueId, deadline: float) -> Any:  # noqa: ARG002 - it can be read at once
        """Return a value; KeyError if there is none."""
        with self._lock:
            held = self._held(value)
        return loaded(*held)

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks."""
        for task in tasks:
            with self._lock:
                values = self._values.pop(task, {})
            _discard(values)

    def close(self, deadline: float) -> None:
        """End all commands, and remove all values."""
        with self._lock:
            self._report = lambda _report: None
            tasks, threads = list(self._jobs), list(self._threads)
        self.stop(tasks)
        end = time.monotonic() + deadline
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        with self._lock:
            self._values.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def _discard(values: Mapping[tuple[str, int], Handed]) -> None:
    for handed in values.values():
        discard(handed)
