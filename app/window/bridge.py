"""The one place where the threads of the runner's client meet the window: all that comes is handed to its thread."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

import msgspec
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import TreadleError
from ..runner.client import END_SECONDS, RunnerClient, RunnerGoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PyQt6.QtCore import pyqtBoundSignal

    Reply = Callable[[Any], None]

PING_MS = 2_000
SILENT_SECONDS = 10.0
"""A runner that has not answered for so long is shown as not responding."""

_USUAL_SECONDS = 60.0
_BEYOND_DEADLINE = 15.0
"""What a request that has a deadline of its own gets beyond it: to undo what it began, and to say so."""

_SECONDS: dict[type[p.Request], float] = {
    p.ListModules: 300.0,
    p.DescribeFunctions: 120.0,
    p.AskFreshness: 600.0,
    p.StartRun: 300.0,
}
"""An answer that has not come after so long is not waited for any more."""

_DEADLINES: dict[type[p.Request], float] = {
    kind: field.default for kind in p.ANSWERS for field in msgspec.structs.fields(kind) if field.name == "deadline"
}

_STATES = ("starting", "idle", "not responding", "gone")


_NEWS = 0


class RunnerSilentError(TreadleError):
    """The runner did not answer in time; it may still do what it was asked."""


class _Line:
    """Hands on what the threads of one client bring, until it is cut: the window may be gone before they are."""

    def __init__(self) -> None:
        # An answer that is there at once is handed on in the window's thread, and may have the line cut.
        self._lock = threading.RLock()
        self._cut = False

    def hand(self, signal: pyqtBoundSignal, *values: object) -> None:
        """Emit a signal, which its receiver gets in the window's thread."""
        with self._lock:
            if not self._cut:
                signal.emit(*values)

    def cut(self) -> None:
        """Hand on nothing more; what is being handed on is waited for."""
        with self._lock:
            self._cut = True


class Bridge(QObject):
    """A runner as the window sees it. Everything happens in the window's thread; nothing here ever waits.

    ``news`` hands on what runs tell, ``state_changed`` how the runner does: ``starting``, ``idle``, ``not
    responding`` or ``gone``, with the reason; ``busy_changed`` whether any run goes on in it. Each request gets its
    answer or an error, also when the runner dies, is let go of, or stays silent.
    """

    news = pyqtSignal(object)
    state_changed = pyqtSignal(str, str)
    busy_changed = pyqtSignal(bool)
    _arrived = pyqtSignal(int, int, object)
    _ended = pyqtSignal(int, str)

    def __init__(self, command: Sequence[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "gone"
        self.welcome: p.Welcome | None = None
        self._command = tuple(command)
        self._client: RunnerClient | None = None
        self._generation = 0
        self._line = _Line()
        self._pinged = 0.0
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Reply, float]] = {}
        self._going: set[str] = set()
        self._arrived.connect(self._take)
        self._ended.connect(self._take_end)
        self._watch = QTimer(self)
        self._watch.setInterval(PING_MS)
        self._watch.timeout.connect(self._look_after)

    def start(self) -> None:
        """Start a runner, in the place of the one there was."""
        self.stop()
        self._generation += 1
        number = self._generation
        self._set("starting")
        self._line = line = _Line()
        arrived, ended = self._arrived, self._ended
        try:
            self._client = RunnerClient(
                lambda news: line.hand(arrived, number, _NEWS, news),
                lambda why: line.hand(ended, number, why),
                self._command,
            )
        except OSError as error:
            self._set("gone", f"the runner cannot be started: {error.strerror or error}")
            return
        self._watch.start()
        self._pinged = 0.0
        self.ask(p.Hello, self._greeted)

    @property
    def busy(self) -> bool:
        """Whether any run goes on."""
        return bool(self._going)

    def ask(self, kind: type[p.Request], reply: Reply, **facts: Any) -> int:
        """Ask the runner; ``reply`` gets the value of the answer or a TreadleError, in the window's thread.

        Returns the number of the request, by which it is told of (Doing) and given up (CancelRequest); 0 if there is
        no runner.
        """
        if self._client is None:
            error = TreadleError("there is no runner", remedy="Restart it")
            QTimer.singleShot(0, lambda: reply(error))
            return 0
        number, place = self._generation, next(self._numbers)
        self._waiting[place] = reply, time.monotonic() + _seconds_for(kind, facts)
        line, arrived = self._line, self._arrived
        return self._client.ask(kind, lambda answer: line.hand(arrived, number, place, answer), **facts)

    def stop(self, seconds: float = END_SECONDS) -> None:
        """Let go of the runner; it ends its runs and itself, and if it does not in these seconds, it is killed."""
        self._part(lambda client: client.close(seconds), "end", "")

    def kill(self) -> None:
        """End a runner that does not respond, at once."""
        self._part(RunnerClient.kill, "kill", "it was ended")

    def leave(self) -> None:
        """Let go of the runner, which was told what to leave running, and goes on alone as long as that takes."""
        self._part(RunnerClient.leave, "leave", "")

    def _part(self, end: Callable[[RunnerClient], object], what: str, why: str) -> None:
        self._watch.stop()
        client, self._client = self._client, None
        self._generation += 1
        self._line.cut()
        if client is not None:
            BackgroundThread(target=end, args=(client,), name=f"treadle-{what}-runner").start()
            self._let_go(why)

    def _let_go(self, why: str) -> None:
        """Tell all who wait that there is no runner, and that nothing goes on any more."""
        self._set("gone", why)
        waiting, self._waiting = list(self._waiting.values()), {}
        error = RunnerGoneError(why or "the runner was ended", remedy="Restart it")
        for reply, _ in waiting:
            reply(error)
        self._set_going(set())

    def _set_going(self, going: set[str]) -> None:
        was, self._going = self.busy, going
        if was != self.busy:
            self.busy_changed.emit(self.busy)

    # In the window's thread

    def _take(self, generation: int, place: int, message: Any) -> None:
        if generation != self._generation:
            return
        if self.state == "not responding":
            self._set("idle")
        if isinstance(message, p.RunStarted):
            self._set_going(self._going | {message.run})
        elif isinstance(message, p.RunOver):
            self._set_going(self._going - {message.run})
        if place == _NEWS:
            self.news.emit(message)
        elif place in self._waiting:
            self._waiting.pop(place)[0](message)

    def _take_end(self, generation: int, why: str) -> None:
        if generation == self._generation:
            self._client = None
            self._watch.stop()
            self._let_go(why)

    def _greeted(self, answer: Any) -> None:
        if isinstance(answer, p.Welcome):
            self.welcome = answer
            self._set("idle")
        elif not isinstance(answer, RunnerGoneError):
            self.kill()
            self._set("gone", str(answer))

    def _look_after(self) -> None:
        if self._client is None:
            return
        now = time.monotonic()
        if not self._pinged:
            self._pinged = now
            self.ask(p.Ping, self._answered)
        elif now - self._pinged > SILENT_SECONDS:
            self._set("not responding", f"no answer for {now - self._pinged:.0f} s")
        for place, (reply, deadline) in list(self._waiting.items()):
            if now > deadline and place in self._waiting:
                del self._waiting[place]
                reply(RunnerSilentError("the runner does not answer", remedy="Wait, or restart it"))

    def _answered(self, _answer: Any) -> None:
        self._pinged = 0.0

    def _set(self, state: str, why: str = "") -> None:
        assert state in _STATES
        self.state = state
        self.state_changed.emit(state, why)


def _seconds_for(kind: type[p.Request], facts: Mapping[str, Any]) -> float:
    """Return how long an answer is waited for: what the request's own deadline allows, else what is usual."""
    if kind in _SECONDS:
        return _SECONDS[kind]
    own = facts.get("deadline", _DEADLINES.get(kind))
    return _USUAL_SECONDS if own is None else float(own) + _BEYOND_DEADLINE
