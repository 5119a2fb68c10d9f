"""One thread host as its owner sees it: the calls it has, what it tells, what it prints."""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ...core.scheme import Place
from ..hosting import channel as ch
from ..hosting.wire import Encoded
from . import messages as m
from .board import RunningBoard
from .output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...core.worker.call import ValueId
    from ...core.worker.failures import Cause
    from ...core.worker.handing import Handed
    from ..hosting.child import Setup
    from ..hosting.wire import Encoder

SPARE = 8
"""How many threads a host may have besides, in the place of those that are held up by calls nobody waits for."""

_AT_A_TIME = 128
_CHUNK = 1 << 16
_NO_TIME = float("inf")


class HostedCall(Struct, eq=False):
    """A call on its way: its number, whether it is known as a short one, whether its begin was told, when it was first
    seen to run, when its host was asked to stop it, when that was told, the host that has it, and its ``n_procs``.
    """

    task: str
    attempt: int
    encoded: Encoded
    number: int
    short: bool = False
    told: bool = False
    seen: float = 0.0
    asked: float = 0.0
    stopped: float = _NO_TIME
    host: Hosted | None = None
    cores: int = 1

    @property
    def wanted(self) -> bool:
        """Whether anybody waits for its end."""
        return self.stopped == _NO_TIME


class Hosted:
    """The owner's side of one thread host.

    ``alone`` says that it has one call only, which is suspected to end its host. A host that is ``retiring`` gets no
    more calls; when it has ``given_back`` those that had not begun, and nobody waits for the others, it is
    ``leaving``: it hands over its values. One that was ``dismissed`` is being killed. ``silent`` is when its end of
    the channel was closed: the end of its process follows at once, or else it is ``severed``, killed for that reason.
    ``stops`` are the calls that it has and is to stop, ``unheard`` those of them that it has not heard of;
    ``releases`` is what it is to be told to forget; ``heard`` is when it last told something, ``asked`` when it was
    last asked for what it has to answer; ``peak`` the most memory that it had, in bytes, once it has ended.
    """

    def __init__(self, number: int, threads: int, setup: Setup, folder: Path, tell: Callable[[str, str], None]) -> None:
        self.number, self.threads, self.alone = number, threads, False
        self.pid = 0
        self.place = Place(f"thread host #{number}")
        with contextlib.ExitStack() as undo:
            self.ours, self.theirs = ch.pair()
            undo.callback(self.ours.close)
            undo.callback(self.theirs.close)
            self.printed, self.printing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            undo.callback(os.close, self.printed)
            undo.callback(os.close, self.printing)
            os.set_blocking(self.printing, True)
            self.board_path = folder / f"board-{number}"
            self.board = RunningBoard(self.board_path, threads + SPARE)
            undo.pop_all()
        self.jobs: dict[int, HostedCall] = {}
        self.retiring = self.given_back = self.leaving = self.dismissed = False
        self.silent = _NO_TIME
        self.severed: Cause | None = None
        self.heard = self.asked = time.monotonic()
        self.answered = self.peak = 0
        self.quiet = False
        self.watched = selectors.EVENT_READ
        self.stops: dict[int, HostedCall] = {}
        self.unheard: list[HostedCall] = []
        self.releases: list[tuple[str, int]] = []
        self._folders = folder, Path(setup.disk)
        self._inbox = ch.Inbox(self.ours, *self._folders)
        self._output = Output(setup.mark, tell, self.task_of)
        self._outgoing: deque[bytes] = deque()
        self._known: set[int] = set()

    # What it is told

    def start(self, environment: dict[str, str]) -> None:
        """Tell it how to begin."""
        self.tell(m.START, self.threads, self.threads + SPARE, str(self.board_path), environment)

    def send(
        self, jobs: Sequence[tuple[HostedCall, dict[ValueId, Handed] | None]], encoder: Encoder
    ) -> list[tuple[HostedCall, OSError]]:
        """Send calls, with how the values can be had that are not there.

        Return those that are too large to be sent at once, and why there is no room for them elsewhere.
        """
        refused: list[tuple[HostedCall, OSError]] = []
        taught = [(job, handed) for job, handed in jobs if self._teach(job, encoder, refused)]
        for first in range(0, len(taught), _AT_A_TIME):
            part = taught[first : first + _AT_A_TIME]
            for job, _ in part:
                self.jobs[job.number] = job
                job.host = self
            for message, error in self.tell_of(m.CALLS, [_message(job, handed) for job, handed in part]):
                job = self.jobs.pop(message[0])
                job.host = None
                refused.append((job, error))
        return refused

    def _teach(self, job: HostedCall, encoder: Encoder, refused: list[tuple[HostedCall, OSError]]) -> bool:
        """Send what the host must know of a call besides; if there is no room for that, refuse the call."""
        try:
            for number, data in encoder.needed(job.encoded.template, self._known).items():
                self.tell(m.TEMPLATE, number, data)
                self._known.add(number)
        except OSError as error:
            refused.append((job, error))
            return False
        return True

    def tell(self, *message: Any) -> None:
        """Send a message, now or as soon as there is room; OSError if it is large and there is no room for it."""
        self._outgoing.append(ch.packet(pickle.dumps(message, 5), *self._folders))
        self.flush()

    def tell_of(self, kind: int, items: Sequence[Any]) -> list[tuple[Any, OSError]]:
        """Send a message about items, in parts if it is large; return what was too large for that, and why."""
        refused: list[tuple[Any, OSError]] = []
        for part, packet in ch.packets(kind, items, *self._folders):
            if isinstance(packet, OSError):
                refused.append((part[0], packet))
            else:
                self._outgoing.append(packet)
        self.flush()
        return refused

    def flush(self) -> None:
        """Send what there was no room for."""
        while self._outgoing:
            try:
                self.ours.send(self._outgoing[0])
            except BlockingIOError:
                return
            except OSError:
                # It died; its end is reported soon, and then all that it had is looked through.
                self._outgoing.clear()
                return
            self._outgoing.popleft()

    @property
    def full(self) -> bool:
        """Whether something waits for room."""
        return bool(self._outgoing)

    # What it tells

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """Yield what the host has told. GarbledError if that is no message."""
        while self.severed is None:
            try:
                batch = self._inbox.next()
            except (BlockingIOError, OSError):
                return
            if batch is None and self.silent < _NO_TIME:
                return
            if batch is None:
                self.silent = time.monotonic()
                # That the host had unread messages is told before what it said last: there may be more.
                continue
            self.heard = time.monotonic()
            if not isinstance(batch, list):
                raise ch.GarbledError("no batch of messages")
            yield from batch

    def running(self) -> list[HostedCall]:
        """Return the calls that run now, as far as they are not answered yet."""
        return [self.jobs[number] for number in self.board.running() if number in self.jobs]

    @property
    def wanted(self) -> bool:
        """Whether anybody waits for a call that it has."""
        return any(job.wanted for job in self.jobs.values())

    def is_only_one(self, job: HostedCall) -> bool:
        """Say whether nothing but this call can be what holds the host up."""
        return self.alone or self.running() == [job]

    def answer(self, number: int) -> HostedCall | None:
        """Return the call that was just answered, which it then has no longer; None if it has no such call."""
        self.answered += 1
        if (stop := self.stops.pop(number, None)) in self.unheard:
            self.unheard.remove(stop)
        return self.jobs.pop(number, None)

    # Output

    def read_output(self) -> bool:
        """Read some of what was printed past Python; False if there is no more at the moment."""
        data = b""
        running = seen = frozenset(self.board.running())
        while more := self._read():
            data += more
            before, seen = seen, frozenset(self.board.running())
            running |= seen
            if seen == before or len(data) > _CHUNK:
                break
            # One of them has ended meanwhile: then its mark is there by now, and tells what is whose.
        if not data:
            return False
        self._output.feed(data, running, self.board.latest())
        return True

    def _read(self) -> bytes:
        try:
            return os.read(self.printed, _CHUNK)
        except BlockingIOError:
            return b""

    def task_of(self, number: int) -> str:
        """Return the task of a call that it has and somebody waits for; empty if there is none."""
        job = self.jobs.get(number)
        return "" if job is None or not job.wanted else job.task

    def end_output(self, job: HostedCall, *, marked: bool) -> None:
        """Tell the rest of what a call printed; ``marked`` if the host has marked its end."""
        # The mark was written before the answer: it is there.
        end = time.monotonic() + 1.0
        while marked and not self._output.marked(job.number) and time.monotonic() < end:
            if not self.read_output():
                break
        self._output.end(job.number)

    def last_output(self) -> None:
        """Tell what was printed before the host died."""
        end = time.monotonic() + 1.0
        while self.read_output() and time.monotonic() < end:
            pass
        self._output.end_all()

    # Life

    def born(self, pid: int) -> None:
        """Take note of the process, and close the ends of channel and pipe that only it uses."""
        self.pid, self.place = pid, Place(f"thread host {pid}", pid)
        self.theirs.close()
        self._close_printing()

    def _close_printing(self) -> None:
        if self.printing >= 0:
            os.close(self.printing)
            self.printing = -1

    def close(self) -> None:
        """Let go of all descriptors and of the board."""
        self._close_printing()
        self.ours.close()
        self.theirs.close()
        if self.printed >= 0:
            os.close(self.printed)
            self.printed = -1
            self.board.close()
            with contextlib.suppress(OSError):
                self.board_path.unlink()


def _message(job: HostedCall, handed: dict[ValueId, Handed] | None) -> m.JobMessage:
    encoded = job.encoded
    return job.number, job.task, job.attempt, encoded.template, encoded.arguments, handed
