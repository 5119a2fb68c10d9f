"""The window's end of the line: starts a runner, asks it, hears it, and ends it; knows no Qt."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import TreadleError
from .line import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Reply = Callable[[Any], None]

START_SECONDS = 20.0
END_SECONDS = 8.0
"""A runner ends within this time after its line is closed, or is killed."""

LEAVE_SECONDS = 5.0
"""So long a line that is left is waited for, should the runner not read what it was sent."""

_MOST_SAID = 50
_READ = 1 << 18


class RequestError(TreadleError):
    """The runner did not carry a request out; ``kind`` names its own error."""

    kind = ""


class RunnerGoneError(TreadleError):
    """There is no runner any more that could answer."""


class RunnerClient:
    """One runner and the line to it.

    ``hear`` gets the news and ``gone`` is told, once, why there is no runner any more; both are called in a thread of
    this client, and so are replies. None of the methods waits for the runner, but ``close``. ``command`` starts the
    runner: by default this Python's, for another machine ``("ssh", host, "treadle", "runner")``.
    """

    def __init__(
        self, hear: Callable[[p.News], None], gone: Callable[[str], None], command: Sequence[str] = ()
    ) -> None:
        self._hear, self._gone = hear, gone
        self._command = list(command) or [sys.executable, "-P", "-m", "treadle", "runner"]
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[p.Request, Reply]] = {}
        self._outgoing: deque[bytes] = deque()
        self._to_write = threading.Condition()
        self._closing = False
        self._said: deque[str] = deque(maxlen=_MOST_SAID)
        self._process = subprocess.Popen(  # noqa: S603 - our own program, or what the person set up
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )
        self._errors = BackgroundThread(target=self._read_errors, name="treadle-client-errors", daemon=True)
        self._errors.start()
        BackgroundThread(target=self._read, name="treadle-client-read", daemon=True).start()
        self._writing = BackgroundThread(target=self._write, name="treadle-client-write", daemon=True)
        self._writing.start()

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self._process.pid

    def ask(self, kind: type[p.Request], reply: Reply, **facts: Any) -> int:
        """Send a request and return its number; ``reply`` gets the value of the answer, or a TreadleError.

        If there is no runner any more, ``reply`` is told so at once.
        """
        request = kind(number=next(self._numbers), **facts)
        with self._lock:
            alive = not self._closing
            if alive:
                self._waiting[request.number] = request, reply
        if alive:
            self._send(request)
        else:
            reply(RunnerGoneError("the runner has ended"))
        return request.number

    def forget(self, number: int) -> None:
        """Do not wait for this answer any more."""
        with self._lock:
            self._waiting.pop(number, None)

    def _send(self, request: p.Request) -> None:
        with self._to_write:
            self._outgoing.append(p.line_of(request))
            self._to_write.notify()

    def close(self, seconds: float = END_SECONDS) -> bool:
        """Close the line and wait for the runner's end; kill it if it is late. Say whether it ended by itself."""
        with self._to_write:
            self._closing = True
            self._to_write.notify()
        try:
            self._process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def leave(self) -> None:
        """Close the line, and let the runner be: it was told what to leave running, and ends by itself."""
        with self._to_write:
            self._closing = True
            self._to_write.notify()
        self._writing.join(LEAVE_SECONDS)
        # From now on it belongs to nobody: that it still runs is no mistake to be warned of.
        self._process.returncode = 0

    def kill(self) -> None:
        """End the runner at once; its supervisors end its workers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)

    # Threads

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError), pipe:
            while True:
                with self._to_write:
                    while not self._outgoing and not self._closing:
                        self._to_write.wait()
                    if not self._outgoing:
                        return
                    line = memoryview(self._outgoing.popleft())
                while line:
                    line = line[os.write(pipe.fileno(), line) :]

    def _read(self) -> None:
        assert self._process.stdout is not None
        # Whatever ends this thread: nobody must wait for answers that it does not take.
        why = "what it told could not be taken in, which is a bug in Treadle: please report it"
        try:
            with self._process.stdout as pipe:
                begun = False
                for line in lines_of(lambda: os.read(pipe.fileno(), _READ)):
                    if begun:
                        self._take(line)
                    begun = begun or line == p.MAGIC.encode()
            why = ""
        except p.ProtocolError as error:
            why = str(error)
        finally:
            self._end(why)

    def _take(self, line: bytes) -> None:
        sent = p.sent_of(line)
        if not isinstance(sent, p.Answer | p.Refusal):
            self._hear(sent)
            return
        with self._lock:
            found = self._waiting.pop(sent.number, None)
        if found is None:
            return
        request, reply = found
        reply(p.answer_to(request, sent) if isinstance(sent, p.Answer) else _error(sent))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as pipe:
            for line in lines_of(lambda: os.read(pipe.fileno(), _READ)):
                self._said.append(line.decode(errors="backslashreplace")[:1000])

    def _end(self, why: str) -> None:
        """Tell all who wait that there is nobody any more."""
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
            expected = self._closing
            self._closing = True
        with self._to_write:
            self._to_write.notify()
        told = why or self._how_it_ended()
        for _, reply in waiting:
            reply(RunnerGoneError(told, remedy="It can be started again"))
        if not expected:
            self._gone(told)

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "the runner has closed its line"
        self._errors.join(1.0)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        said = "\n".join(self._said)
        return f"the runner {how}" + (f": {said}" if said else "")


def _error(refusal: p.Refusal) -> RequestError:
    error = RequestError(refusal.message, where=refusal.where, remedy=refusal.remedy)
    error.kind = refusal.kind
    return error
