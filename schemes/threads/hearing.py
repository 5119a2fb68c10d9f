"""Takes in what thread hosts tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.scheme import Began, Ended, Logged, Progressed
from ...core.worker.execute import Result
from ...core.worker.failures import Cause
from ..hosting.channel import GarbledError
from . import messages as m
from .attempt import LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...core.scheme import Report
    from .calls import Calls
    from .exports import Exports
    from .hosted import Hosted, HostedCall
    from .values import HostValues

_PARTS = 8
_VALUES = frozenset({tuple, dict})


class Hearing:
    """Heeds the messages of hosts and reports what they say.

    ``learn`` is told how long the calls of a template take, ``route`` gets calls that a host gives back, ``dismiss`` a
    host that has handed over all its values.
    """

    def __init__(
        self,
        calls: Calls,
        values: HostValues,
        exports: Exports,
        report: Callable[[Report], None],
        learn: Callable[[int, float], None],
        route: Callable[[Iterable[HostedCall]], None],
        dismiss: Callable[[Hosted], None],
    ) -> None:
        self._calls, self._values, self._exports, self._report = calls, values, exports, report
        self._learn, self._route, self._dismiss = learn, route, dismiss

    def heed(self, host: Hosted, message: Any) -> None:
        """Take a message. GarbledError if it is none of a host."""
        if type(message) is not tuple or not message or type(message[0]) is not int:
            raise GarbledError("no message of a thread host")
        if _is_answer(message):
            self._answered(host, message)
        else:
            self._told(host, message)

    def _told(self, host: Hosted, message: tuple[Any, ...]) -> None:
        match message:
            case (m.LINE, int(number), str(line)):
                if task := host.task_of(number):
                    self._report(Logged(task, line))
            case (m.PROGRESS, int(number), int() | float() as fraction, str(text)):
                if task := host.task_of(number):
                    self._report(Progressed(task, fraction, text))
            case (m.HEARD, list(numbers)) if _are_numbers(numbers):
                self._heard(host, numbers)
            case (m.SKIPPED, int(number)):
                self._skipped(host, number)
            case (m.EXPORTED, tuple((str(), str(), int())) as value, handed):
                self._exports.came(value, handed)
            case (m.BACK, list(numbers)) if _are_numbers(numbers):
                self._given_back(host, numbers)
            case (m.LEFT,):
                self._dismiss(host)
            case _:
                raise GarbledError("no message of a thread host")

    def _given_back(self, host: Hosted, numbers: list[int]) -> None:
        host.given_back = True
        jobs = [job for number in numbers if (job := host.answer(number)) is not None]
        for job in jobs:
            if job.asked:
                self._calls.stopped(job)
        self._route([job for job in jobs if job.wanted])

    def _skipped(self, host: Hosted, number: int) -> None:
        if job := host.answer(number):
            self._calls.stopped(job)
            host.end_output(job, marked=False)

    def _heard(self, host: Hosted, numbers: list[int]) -> None:
        host.unheard = [job for job in host.unheard if job.number not in numbers]
        for job in [host.stops[number] for number in numbers if number in host.stops]:
            self._calls.stopped(job)

    def _answered(self, host: Hosted, message: tuple[Any, ...]) -> None:
        _, number, answer, small, size, seconds, cpu, peak = message
        job = host.jobs.get(number)
        if job is None or job.asked:
            self._skipped(host, number)
            if job is not None:
                host.releases.append((job.task, number))
            return
        self._learn(job.encoded.template, seconds)
        if not job.told and not job.short:
            self._report(Began(job.task, job.attempt, host.place))
        # What is read now is still told as that of its task.
        host.end_output(job, marked=seconds > LONG)
        host.answer(number)
        if isinstance(answer, Cause):
            result: Result | Cause = answer
        else:
            self._values.keep(job.task, host.number, number, small, answer)
            result = Result({}, *answer)
        used = (seconds, cpu, peak, 0, size)
        self._calls.ended(job, Ended(job.task, job.attempt, result, host.place, False, False, *used))


def _are_numbers(found: list[Any]) -> bool:
    return all(type(one) is int for one in found)


def _is_answer(message: tuple[Any, ...]) -> bool:
    """Say whether a message is how a host answers a call."""
    # Not by a pattern: that takes three times as long, and there is one for each task.
    if message[0] != m.RESULT or len(message) != _PARTS:
        return False
    _, number, answer, small, size, seconds, cpu, peak = message
    measured = type(size) is int and type(seconds) is float and type(cpu) is float and type(peak) is int
    given = type(small) in _VALUES and (type(answer) is tuple or isinstance(answer, Cause))
    return measured and given and type(number) is int
