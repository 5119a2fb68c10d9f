"""The one place where the threads of the runner's client meet the window: all that comes is handed to its thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import TreadleError
from ..runner.client import RunnerClient, RunnerGoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Reply = Callable[[Any], None]

PING_MS = 2_000
SILENT_SECONDS = 10.0
"""A runner that has not answered for so long is shown as not responding."""

_STATES = ("starting", "idle", "not responding", "gone")


class Bridge(QObject):
    """A runner as the window sees it. Everything happens in the window's thread; nothing here ever waits.

    ``news`` hands on what runs tell, ``state_changed`` how the runner does: ``starting``, ``idle``, ``not
    responding`` or ``gone``, with the reason.
    """

    news = pyqtSignal(object)
    state_changed = pyqtSignal(str, str)
    _arrived = pyqtSignal(int, object, object)
    _ended = pyqtSignal(int, str)

    def __init__(self, command: Sequence[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "gone"
        self.welcome: p.Welcome | None = None
        self._command = tuple(command)
        self._client: RunnerClient | None = None
        self._generation = 0
        self._pinging = False
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
        try:
            self._client = RunnerClient(
                lambda news: self._arrived.emit(number, None, news),
                lambda why: self._ended.emit(number, why),
                self._command,
            )
        except OSError as error:
            self._set("gone", f"the runner cannot be started: {error.strerror or error}")
            return
        self._watch.start()
        self.ask(p.Hello, self._greeted)

    def ask(self, kind: type[p.Request], reply: Reply, **facts: Any) -> None:
        """Ask the runner; ``reply`` gets the value of the answer or a TreadleError, in the window's thread."""
        if self._client is None:
            error = TreadleError("there is no runner", remedy="Restart it")
            QTimer.singleShot(0, lambda: reply(error))
            return
        number = self._generation
        self._client.ask(kind, lambda answer: self._arrived.emit(number, reply, answer), **facts)

    def stop(self) -> None:
        """Let go of the runner; it ends its runs and itself, and if it does not within some seconds, it is killed."""
        self._watch.stop()
        client, self._client = self._client, None
        self._generation += 1
        if client is not None:
            BackgroundThread(target=client.close, name="treadle-end-runner").start()
            self._set("gone")

    def kill(self) -> None:
        """End a runner that does not respond, at once."""
        client, self._client = self._client, None
        self._generation += 1
        if client is not None:
            client.kill()
            self._set("gone", "it was ended")

    # In the window's thread

    def _take(self, generation: int, reply: Reply | None, message: Any) -> None:
        if generation != self._generation:
            return
        if self.state == "not responding":
            self._set("idle")
        if reply is None:
            self.news.emit(message)
        else:
            reply(message)

    def _take_end(self, generation: int, why: str) -> None:
        if generation == self._generation:
            self._client = None
            self._watch.stop()
            self._set("gone", why)

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
        if not self._pinging:
            self._pinging = True
            self.ask(p.Ping, self._pinged)
        elif self._client.silent_for > SILENT_SECONDS:
            self._set("not responding", f"no answer for {self._client.silent_for:.0f} s")

    def _pinged(self, _answer: Any) -> None:
        self._pinging = False

    def _set(self, state: str, why: str = "") -> None:
        assert state in _STATES
        if state == "starting":
            self._pinging = False
        self.state = state
        self.state_changed.emit(state, why)
