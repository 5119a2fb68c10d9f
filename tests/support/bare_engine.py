"""A process that stands for an engine: it has the standard library and what is sent to it, and nothing else."""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import subprocess
import sys
import threading
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

from treadle.core.worker.call import Call, Form, Given, Ref, Target
from treadle.schemes.hosting.wire import Encoder
from treadle.schemes.ipython import bootstrap
from treadle.schemes.ipython.remote import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PATIENCE = 60.0

_ENGINE = r"""
import os, pickle, sys, threading, types

reading = os.fdopen(int(sys.argv[1]), "rb")
asking = os.fdopen(int(sys.argv[2]), "rb")
writing = os.fdopen(int(sys.argv[3]), "wb")
sys.path.extend(sys.argv[4:])
lock = threading.Lock()


def tell(*message):
    with lock:
        pickle.dump(message, writing)
        writing.flush()


class Session:
    def send(self, stream, kind, content=None, parent=None, ident=None, buffers=()):
        tell(stream, kind, bytes(buffers[0]))


class Kernel:
    session, iopub_socket, control_handlers = Session(), "live", {}
    get_parent = staticmethod(lambda channel: {"header": {}})
    _topic = staticmethod(lambda kind: kind)


shell = types.SimpleNamespace(kernel=Kernel)
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: shell)


def control():
    while True:
        try:
            request = pickle.load(asking)
        except EOFError:
            return
        Kernel.control_handlers["treadle_request"]("control", b"", {"buffers": [request]})


threading.Thread(target=control, daemon=True).start()
space = {}
while True:
    try:
        expression, given = pickle.load(reading)
    except EOFError:
        break
    try:
        tell("answer", "ok", eval(expression, space)(*given))
    except BaseException as error:
        tell("answer", "error", type(error).__name__ + ": " + str(error))
"""


class BareEngine:
    """Runs requests as an engine does: one at a time, others beside them, and live messages."""

    def __init__(self, work: Path, *more: str, path: Sequence[str] = ()) -> None:
        requests, controls, answers = os.pipe(), os.pipe(), os.pipe()
        self.temporary = work / "engine-tmp"
        self.temporary.mkdir(exist_ok=True)
        ends = (requests[0], controls[0], answers[1])
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", *more, "-c", _ENGINE, *map(str, ends), *path],
            pass_fds=ends,
            cwd=work,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(self.temporary), "HOME": str(work)},
        )
        for end in ends:
            os.close(end)
        self._requests, self._controls = os.fdopen(requests[1], "wb"), os.fdopen(controls[1], "wb")
        self._answers: Queue[tuple[str, Any]] = Queue()
        self._replies: Queue[Any] = Queue()
        self.live: Queue[Any] = Queue()
        self._reader = threading.Thread(target=self._read, args=(os.fdopen(answers[0], "rb"),), daemon=True)
        self._reader.start()

    def _read(self, stream: Any) -> None:
        with stream, contextlib.suppress(EOFError):
            while True:
                source, kind, data = pickle.load(stream)
                if source == "answer":
                    self._answers.put((kind, data))
                elif source == "live":
                    self.live.put(m.loads(data))
                else:
                    self._replies.put(m.loads(data))
        self._answers.put(("gone", None))

    def send(self, expression: str, *given: Any) -> None:
        """Have an expression called, as ``apply`` does with a Reference."""
        pickle.dump((expression, given), self._requests)
        self._requests.flush()

    def answer(self, seconds: float = PATIENCE) -> Any:
        """Wait for the answer to what was sent."""
        kind, data = self._answers.get(timeout=seconds)
        assert kind == "ok", (kind, data)
        return data

    def ask(self, expression: str, *given: Any) -> Any:
        """Send and wait."""
        self.send(expression, *given)
        return self.answer()

    def control(self, verb: str, *asked: Any) -> Any:
        """Ask beside what runs."""
        pickle.dump(m.dumps((verb, m.dumps(asked))), self._controls)
        self._controls.flush()
        kind, found = self._replies.get(timeout=PATIENCE)
        assert kind == "ok", found
        return found

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self._requests, self._controls):
            with contextlib.suppress(OSError):
                stream.close()


class Runner:
    """The other side: opens a session on an engine, has calls executed, and hears what is told."""

    def __init__(self, engine: BareEngine, work: Path, session: str = "one", **hello: Any) -> None:
        self.engine, self.session = engine, session
        self.folder, self.files = work / "values", work / "files"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "token").write_text("as it is")
        owner = ("another-host", "somebody", os.getpid())
        known = {"folder": str(self.folder), "files": str(self.files), "token": ("token", "as it is"), "owner": owner}
        self.hello = m.Hello(**{"session": session, "python": sys.version_info[:2], **known, **hello})
        self._encoder = Encoder()
        self._numbers = itertools.count()
        self._sent = 0
        self.facts = self.greet()

    def greet(self) -> m.Facts:
        """Make the engine ready."""
        answer = self.engine.ask(bootstrap.LAND, *bootstrap.arguments(self.hello, with_parcel=True))
        facts = bootstrap.landed(answer).facts
        assert facts is not None, answer
        return facts

    def job(self, function: Any, arguments: Mapping[str, Any], slots: Any = None, **options: Any) -> m.Job:
        """Make a job; a function as text is an import path."""
        number = next(self._numbers)
        target = Target(path=function) if isinstance(function, str) else Target(live=function)
        given = {name: value if isinstance(value, Ref) else Given(value) for name, value in arguments.items()}
        encoded = self._encoder.encode(Call(f"task {number}", Form(target, **options), given))
        return number, f"task {number}", 1, encoded.template, encoded.arguments, slots or {}

    def batch(self, *jobs: m.Job) -> bytes:
        """Return a batch as it travels."""
        new = dict(list(enumerate(self._encoder.templates))[self._sent :])
        self._sent = len(self._encoder.templates)
        return m.dumps(m.Batch(self.session, new, jobs))

    def start(self, *jobs: m.Job) -> None:
        """Send a batch."""
        self.engine.send(bootstrap.entry(), "run", self.batch(*jobs))

    def heard(self) -> list[m.Message]:
        """Wait for the end of the batch; return all that was told of it, in order."""
        ran = m.Ran(*m.loads(self.engine.answer()))
        self.not_begun = ran.not_begun
        packets = [self.engine.live.get(timeout=PATIENCE) for _ in range(ran.packets)]
        assert [serial for serial, _ in packets] == list(range(ran.packets))
        return [*(message for _, messages in packets for message in messages), *ran.messages]

    def until(self, wanted: Callable[[m.Message], bool]) -> m.Message:
        """Wait for a live message; the packets up to it count as heard no more than others do."""
        passed = []
        try:
            while True:
                packet = self.engine.live.get(timeout=PATIENCE)
                passed.append(packet)
                for message in packet[1]:
                    if wanted(message):
                        return message
        finally:
            rest = []
            with contextlib.suppress(Empty):
                while True:
                    rest.append(self.engine.live.get_nowait())
            for packet in [*passed, *rest]:
                self.engine.live.put(packet)

    def run(
        self, function: Any, *, slots: Any = None, options: Mapping[str, Any] | None = None, **arguments: Any
    ) -> Any:
        """Have one call executed; return (outcome, lines)."""
        self.start(self.job(function, arguments, slots, **(options or {})))
        told = self.heard()
        lines = [line for message in told if message[0] == m.LINES for line in message[2]]
        (answer,) = [message for message in told if message[0] == m.ANSWER]
        self.last = answer
        return answer[2], lines

    def value(self, function: Any, **arguments: Any) -> Any:
        """Have one call executed; return its small result."""
        outcome, _ = self.run(function, **arguments)
        assert isinstance(outcome, tuple), outcome
        return pickle.loads(outcome[0]["out", -1])
