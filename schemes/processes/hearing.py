"""Takes in what workers answer, in the order of their calls."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...core.scheme import Ended, Logged, Progressed, Report, Stopped
from ...core.worker.failures import Cause
from ..hosting import channel as ch
from ..hosting.answers import result_of
from ..hosting.kin import leftover_line
from ..hosting.learning import SHORT
from .board import ENDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from .member import Member
    from .pace import Pace
    from .values import Values
    from .vault import Vault

_EVERY = 1 << 62
_PARTS = 5
GARBLED = Cause(
    "lost contact",
    "what the worker told makes no sense: its module has written to a descriptor that it did not open (those from 3 on "
    "belong to Treadle)",
)


class Answers:
    """Reads the board and the channel of a worker and reports what they say.

    A worker whose messages make no sense is ended with ``sever``: its module may have written anywhere. ``answered`` is
    called when answers were taken.
    """

    def __init__(
        self,
        values: Values,
        vault: Vault,
        pace: Pace,
        report: Callable[[Report], None],
        sever: Callable[[Member, Cause], None],
        answered: Callable[[Member], None],
    ) -> None:
        self._values, self._vault, self._pace = values, vault, pace
        self._report, self._sever, self._answered = report, sever, answered

    def read(self, member: Member) -> None:
        """Take in all that a worker has told so far, and tell what was read of what it printed."""
        ended = member.board.numbers[ENDED]
        if not member.severed:
            try:
                for message in member.messages():
                    if message:
                        self._heed(member, message)
            except ch.GarbledError:
                self._sever(member, GARBLED)
        self._read_board(member)
        member.outlet.pass_on()
        # Each answer is there before its call counts as ended; and what the owner wrote on the board stands there.
        if (member.jobs and member.jobs[0].number <= ended) or not member.board_is_sound:
            self._sever(member, GARBLED)

    def _heed(self, member: Member, message: Any) -> None:
        match message:
            case (ch.RESULT, int(number), answer) if _is_answer(answer):
                # What came before is on the board.
                self._read_board(member, before=number)
                if not _is_at(member, number):
                    raise ch.GarbledError(f"an answer to call {number}, which the worker is not at")
                self._take(member, time.monotonic(), *answer)
                self._caught_up(member)
            case (ch.PROGRESS, int(number), fraction, str(text)):
                self._read_board(member, before=number)
                # A thread that a module has left may still tell of its call.
                if _is_at(member, number):
                    self._report(Progressed(member.jobs[0].task, fraction, text))
            case (ch.LEFTOVERS, int(number), list(commands)):
                self._read_board(member, before=number)
                for command in commands if _is_at(member, number) else ():
                    self._report(Logged(member.jobs[0].task, leftover_line(command)))
            case _:
                raise ch.GarbledError("no message of a worker")

    def _read_board(self, member: Member, before: int = _EVERY) -> None:
        take, now, taken = member.board.take, time.monotonic(), 0
        while (jobs := member.jobs) and jobs[0].number < before:
            try:
                answer = take(jobs[0].number)
                if answer is None:
                    break
                if not _is_answer(answer):
                    raise ch.GarbledError("no answer of a worker")
            except Exception:  # noqa: BLE001 - whatever stands where its answer should be
                self._sever(member, GARBLED)
                break
            self._take(member, now, *answer)
            taken += 1
        if taken:
            self._caught_up(member)

    def _take(
        self, member: Member, now: float, answer: Any, printed: Any, seconds: float, cpu: float, peak: int
    ) -> None:
        if printed:
            member.outlet.complete()
        job = member.answered(now)
        self._pace.learn(job.kind, seconds)
        size = 0
        if isinstance(answer, Cause):
            result: Any = answer
        else:
            values, rest = answer
            result, size = result_of(rest), self._values.keep(job.task, values, member.number)
        if job.stopping:
            self._vault.forget([job.task])
            self._report(Stopped(job.task, job.attempt))
        else:
            # One number, where it is the same: the run keeps it.
            used = (seconds, seconds if cpu == seconds else cpu, peak, job.bytes_in, size)
            self._report(Ended(job.task, job.attempt, result, member.place, False, False, *used))

    def _caught_up(self, member: Member) -> None:
        """Do what follows from the answers that were taken."""
        if not member.told and (began := member.began(long=SHORT / 2)):
            self._report(began)
        self._answered(member)


def _is_at(member: Member, number: int) -> bool:
    return bool(member.jobs) and member.jobs[0].number == number


def _is_answer(found: Any) -> bool:
    """Say whether this is how a worker answers: see ``worker.Worker``."""
    # Not by a pattern: that takes three times as long, and there is one for each task.
    if type(found) is not tuple or len(found) != _PARTS:
        return False
    answer, printed, seconds, cpu, peak = found
    is_made = type(answer) is tuple and len(answer) == 2 and type(answer[0]) is dict
    measured = type(printed) is bool and type(seconds) is float and isinstance(cpu, float | int) and type(peak) is int
    return measured and (is_made or isinstance(answer, Cause))
