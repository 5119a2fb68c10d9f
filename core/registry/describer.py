"""The describer: a process that imports foreign code to describe it, and the client that survives it."""

from __future__ import annotations

import _thread
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING, Any, Literal, Self, get_args

import msgspec
from msgspec import Struct

from ..errors import ModuleLookupError, TreadleError
from ..modules import Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

START_DEADLINE = 30.0
"""Seconds within which a new process must say that it is ready."""

EXIT_GRACE = 1.0
"""Seconds that a process whose pipe is closed gets to end by itself."""

MAX_ANSWER = 64 * 2**20
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop()); "
    "from treadle.core.registry.describer import main; main()"
)

Kind = Literal["paths", "packages", "file", "schemes"]


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the process: it is ready, or what became of one item of a request."""

    ready: bool = False
    id: int = 0
    item: str = ""
    modules: tuple[Module, ...] = ()
    error: str = ""
    where: str = ""
    remedy: str = ""

    @property
    def outcome(self) -> tuple[Module, ...] | ModuleLookupError:
        """The modules, or the error as an exception."""
        if self.error:
            return ModuleLookupError(self.error, where=self.where, remedy=self.remedy)
        return self.modules


_answers = msgspec.json.Decoder(Answer)

# --- the process ----------------------------------------------------------------------------------------


def main() -> None:
    """Answer requests until standard input ends; what foreign code prints or reads goes nowhere."""
    requests = os.fdopen(os.dup(0), "rb")
    _thread.start_new_thread(_end_with_owner, (requests.fileno(),))
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    _write(answers, Answer(ready=True))
    for line in requests:
        _serve(json.loads(line), answers)
    os._exit(0)  # threads and exit handlers of foreign code must not keep the process


def _end_with_owner(descriptor: int) -> None:
    """End the process when nobody can ask it any more, also while foreign code hangs in it."""
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    # What was asked before that may still be answered.
    time.sleep(EXIT_GRACE)
    os._exit(0)


def _serve(request: dict[str, Any], answers: IO[bytes]) -> None:
    # The kernel ends a process that hangs after its owner was killed in foreign code that lets no other thread work.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 2 * float(request.get("deadline", 0)) + 10)
    number = int(request.get("id", 0))
    for kind in get_args(Kind):
        asked = request.get(kind, [])
        for item in [asked] if isinstance(asked, str) else asked:
            _write(answers, _answer(number, kind, item))
    signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(number: int, kind: str, item: str) -> Answer:
    try:
        return Answer(id=number, item=item, modules=tuple(_describe(kind, item)))
    except TreadleError as error:
        return Answer(id=number, item=item, error=error.message, where=error.where or item, remedy=error.remedy)
    except BaseException as error:  # noqa: BLE001  foreign code may raise SystemExit, KeyboardInterrupt, anything
        return Answer(
            id=number,
            item=item,
            error=f"importing it failed: {_told(error)}",
            where=item,
            remedy="Correct or remove it",
        )


def _told(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001  even its text is foreign code
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _describe(kind: str, item: str) -> list[Module]:
    if kind == "paths":
        from ..describing.describe import describe_path

        return [describe_path(item)]
    from .plugins import describe_file, describe_package, scheme_maker

    if kind == "schemes":
        scheme_maker(item)
        return []
    return describe_package(item) if kind == "packages" else describe_file(item)


def _write(stream: IO[bytes], answer: Answer) -> None:
    stream.write(msgspec.json.encode(answer) + b"\n")
    stream.flush()


# --- its client -----------------------------------------------------------------------------------------


class Describer:
    """Describes foreign functions in a process of its own, which is replaced when they hang or end it.

    A context manager; the process starts at the first request and is killed, with all it started, at the end.
    ``search_path`` is its ``sys.path``, that of the caller by default. One thread at a time may use it.
    """

    def __init__(self, search_path: Sequence[str] | None = None) -> None:
        self._search_path = list(sys.path if search_path is None else search_path)
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._number = 0
        self._is_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def describe(self, paths: Iterable[str], deadline: float = 30.0) -> dict[str, Module | TreadleError]:
        """Describe import paths; each has ``deadline`` seconds. What failed is there as its error."""
        found: dict[str, Module | TreadleError] = {}
        for path in paths:
            outcome = self.ask("paths", path, deadline)
            found[path] = outcome if isinstance(outcome, TreadleError) else outcome[0]
        return found

    def ask(self, kind: Kind, item: str, deadline: float) -> tuple[Module, ...] | TreadleError:
        """Describe one path, entry point or file, and wait for it."""
        try:
            self.begin()
            self._wait_until_ready()
            self.send(kind, item, deadline)
            answer = self._wait(time.monotonic() + deadline)
        except (EOFError, OSError):
            return self.gone(item)
        if answer is None:
            return self.late(item, deadline)
        return answer.outcome

    def begin(self) -> None:
        """Start the process if there is none."""
        if self._process is None:
            self._buffer = b""
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and code
                [sys.executable, "-P", "-c", _BOOT, json.dumps(self._search_path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
            )
            self._is_ready = False

    @property
    def is_running(self) -> bool:
        """Whether there is a process, as far as is known."""
        return self._process is not None

    def _wait_until_ready(self) -> None:
        if not self._is_ready:
            if self._wait(time.monotonic() + START_DEADLINE) is None:
                raise EOFError("the process did not start")
            self._is_ready = True

    def send(self, kind: Kind, item: str, deadline: float) -> None:
        """Ask for one item; the answer is read by *receive*. Without this owner the process ends itself."""
        self._number += 1
        request = {"id": self._number, kind: item if kind == "file" else [item], "deadline": deadline}
        os.write(self._pipe("stdin").fileno(), json.dumps(request).encode() + b"\n")

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when there is something to receive."""
        return self._pipe("stdout").fileno()

    def receive(self) -> list[Answer]:
        """Read what has arrived; EOFError if the process ended. Blocks if nothing has arrived."""
        piece = os.read(self.fileno(), 1 << 16)
        if not piece or len(self._buffer) > MAX_ANSWER:
            raise EOFError("the process ended")
        *lines, self._buffer = (self._buffer + piece).split(b"\n")
        try:
            return [_answers.decode(line) for line in lines]
        except msgspec.MsgspecError as error:
            raise EOFError("the process talks nonsense") from error

    def _wait(self, until: float) -> Answer | None:
        """Return the next answer, None at the deadline."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        while (left := until - time.monotonic()) > 0:
            if poll.poll(left * 1000) and (answers := self.receive()):
                return answers[0]
        return None

    def late(self, item: str, deadline: float) -> ModuleLookupError:
        """Give up the process, which hangs in ``item``, and return the error that says so."""
        self.close()
        return ModuleLookupError(
            f"it did not finish importing within {deadline:g} s",
            where=item,
            remedy="Import less at the top of it",
        )

    def gone(self, item: str) -> ModuleLookupError:
        """Forget the process, which ended while it had ``item``, and return the error that says how."""
        if self._process is not None:
            _await_exit(self._process.pid)  # its own exit code tells more than our kill
        code = self.close()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return ModuleLookupError(
            f"the process that imported it {how}", where=item, remedy="Import it in a terminal to see why"
        )

    def close(self) -> int:
        """Kill the process and all it started, and return its exit code; safe to repeat."""
        process, self._process = self._process, None
        if process is None:
            return 0
        ended = _exit_code(process.pid)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        code = process.wait(timeout=START_DEADLINE)
        return ended if ended is not None else code

    def _pipe(self, name: Literal["stdin", "stdout"]) -> IO[bytes]:
        stream = getattr(self._process, name)
        if stream is None:
            raise EOFError("there is no process")
        return stream  # type: ignore[no-any-return]


def _await_exit(pid: int) -> None:
    """Wait a moment until a process that closed its pipe has ended; as a zombie it keeps its id."""
    if hasattr(os, "pidfd_open"):
        descriptor = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(EXIT_GRACE * 1000)
        os.close(descriptor)


def _exit_code(pid: int) -> int | None:
    """Return how a process ended, None if it has not; it is left to be waited for."""
    found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if found is None:
        return None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


if __name__ == "__main__":
    main()
