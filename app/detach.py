"""Starts a run in a process of its own that outlives the terminal, and learns whether it has begun."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ..core.errors import RefusedError, TreadleError
from ..core.journal.listing import LOG_SUFFIX
from ..core.places import runs_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..core.journal.recording import Steered
    from .session import Run

BEGIN_SECONDS = 60.0
JOURNAL_SECONDS = 30.0
END_SECONDS = 5.0
MAX_TOLD = 100_000
VARIABLE = "TREADLE_DETACHED"
"""Holds, for the new process alone, the number of the socket through which it says that it has begun."""

_STARTING = "starting-"
_MAX_ANSWER = 4096
_ROOM = 4096


@dataclass(frozen=True)
class Started:
    """How the start of a detached run went: its id and process, or the exit code with which it was refused.

    ``told`` is what the new process wrote until then, warnings or why it was refused; ``log`` is where it writes on.
    """

    run: str = ""
    pid: int = 0
    code: int = 0
    told: str = ""
    log: Path | None = None


def start_detached(arguments: Sequence[str], seconds: float = BEGIN_SECONDS) -> Started:
    """Run the command line ``arguments`` in a process of its own and return once its run has begun, or was refused.

    The process has no terminal: it reads nothing, and writes to a file beside the journal. TreadleError if the run
    has not begun after ``seconds``; whatever is raised, the process is then ended.
    """
    log = _new_log(runs_folder())
    ours, theirs = socket.socketpair()
    with ours:
        with theirs, log.open("ab") as output:
            process = _process(arguments, theirs.fileno(), output.fileno())
        try:
            return _outcome(process, _answer(ours, seconds), log)
        except TimeoutError:
            _end(process)
            raise TreadleError(
                f"the run did not begin in {seconds:.0f} s, and was ended",
                where=str(log),
                remedy="The file holds what it wrote; without --detach you see what it waits for",
            ) from None
        except BaseException:
            _end(process)
            log.unlink(missing_ok=True)
            raise


def _new_log(folder: Path) -> Path:
    """Make a file for what the process writes; remove those of runs that were removed."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in folder.glob(f"*{LOG_SUFFIX}"):
            if not old.name.startswith(_STARTING) and not _journal_beside(old).exists():
                old.unlink(missing_ok=True)
        return _with_room(*tempfile.mkstemp(LOG_SUFFIX, _STARTING, folder))
    except OSError as error:
        raise RefusedError(
            f"a detached run is known by its journal, which cannot be written here: {error.strerror or error}",
            where=str(folder),
            remedy="Make room there, or run without --detach",
        ) from None


def _with_room(descriptor: int, path: str) -> Path:
    """Return a new file, closed, that can be written; OSError, and it is gone, if the disk has no room for a word."""
    try:
        # Without it the new process could not even say why it does not begin.
        os.write(descriptor, bytes(_ROOM))
        os.ftruncate(descriptor, 0)
    except OSError:
        Path(path).unlink()
        raise
    finally:
        os.close(descriptor)
    return Path(path)


def _journal_beside(log: Path) -> Path:
    from ..core.journal.tables import SUFFIX

    return log.with_suffix(SUFFIX)


def _process(arguments: Sequence[str], line: int, output: int) -> subprocess.Popen[bytes]:
    # Modules are looked for in the current directory only if this process does so, too.
    safe = [] if sys.path[:1] in ([""], [os.getcwd()]) else ["-P"]  # noqa: PTH109 - a plain string
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, *safe, "-m", "treadle", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=[line],
        start_new_session=True,
        env={**os.environ, VARIABLE: str(line)},
    )


def _answer(line: socket.socket, seconds: float) -> dict[str, Any]:
    """Return what the process says once its run has begun; nothing if it ends before. TimeoutError if it is late."""
    end = time.monotonic() + seconds
    found = b""
    while not found.endswith(b"\n") and len(found) < _MAX_ANSWER:
        line.settimeout(max(0.001, end - time.monotonic()))
        try:
            piece = line.recv(_MAX_ANSWER)
        except ConnectionResetError:
            piece = b""
        if not piece:
            return {}
        found += piece
    answer: dict[str, Any] = json.loads(found)
    return answer


def _outcome(process: subprocess.Popen[bytes], answer: dict[str, Any], log: Path) -> Started:
    if not answer:
        return _refused(process, log)
    run = answer["run"]
    # What it wrote since then belongs to the run.
    told = _text(log, answer["written"])
    log = log.replace(log.with_name(f"{run}{LOG_SUFFIX}"))
    # From now on it belongs to nobody: that it still runs is no mistake to be warned of.
    process.returncode = 0
    return Started(run, process.pid, 0, told, log)


def _refused(process: subprocess.Popen[bytes], log: Path) -> Started:
    try:
        code = process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        code = process.returncode
    told = _text(log)
    log.unlink(missing_ok=True)
    if code < 0:
        told += f"treadle: the process of the run was ended by signal {-code} before the run began\n"
    elif not code:
        told += "treadle: the process of the run ended before the run began\n"
    return Started(code=code if code > 0 else 1, told=told)


def _text(log: Path, size: int = MAX_TOLD) -> str:
    with log.open("rb") as file:
        return file.read(min(size, MAX_TOLD)).decode("utf-8", "backslashreplace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process in order, or, if it does not end in time, with all of its group."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_SECONDS)


class Herald:
    """The new process's end: says that the run has begun to whom asked for it. Without a ``line`` it says nothing.

    ``warn`` is to be told of what the run loses; it hands that on.
    """

    def __init__(self, line: socket.socket | None, warn: Callable[[str], None]) -> None:
        self._line = line
        self._warn = warn
        self._warned: list[str] = []
        self._heard = threading.Event()

    @classmethod
    def of_this_process(cls, warn: Callable[[str], None]) -> Self:
        """Take over the line that this process was started with, if any: what it starts itself inherits none of it."""
        number = os.environ.pop(VARIABLE, "")
        if not _is_line(number):
            return cls(None, warn)
        line = socket.socket(fileno=int(number))
        line.set_inheritable(False)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        # What is written shall be in the file while the run goes on.
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        return cls(line, warn)

    @property
    def detached(self) -> bool:
        """Whether this process was started to run on its own."""
        return self._line is not None

    def warn(self, text: str) -> None:
        """Hand on a warning."""
        self._warned.append(text)
        self._heard.set()
        self._warn(text)

    def begun(self, run: Run, seconds: float = JOURNAL_SECONDS) -> None:
        """Say that a run has begun, once it can be followed; from then on it can be cancelled whatever it does.

        RefusedError if its journal cannot be kept, or if whoever asked for it has gone.
        """
        run.keeping.recording.steer(_Signalled(run.executor))
        if self._line is None:
            return
        journal = run.keeping.recording.path
        with self._line as line:
            if not self._kept(journal, seconds):
                raise RefusedError(
                    "the journal of this run cannot be kept, and without it nobody could follow the run or end it",
                    where=str(journal),
                    remedy="Run it without --detach, or make room there",
                )
            line.settimeout(END_SECONDS)
            try:
                line.sendall(json.dumps({"run": run.id, "written": _written()}).encode() + b"\n")
            except OSError:
                raise RefusedError("whoever asked for this run has gone before it began", where=run.id) from None

    def _kept(self, journal: Path, seconds: float) -> bool:
        from ..core.journal.reader import RunReader
        from ..core.journal.tables import JournalError

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(JournalError), RunReader(journal) as reader:
                return bool(reader.summary().id)
            if any(str(journal) in text for text in self._warned):
                break
            self._heard.clear()
            # The journal is made in a thread of its own, which tells only of what goes wrong.
            self._heard.wait(0.01)
        return False


class _Signalled:
    """A run in a process that hears signals: cancelled by one, so that a module in the main thread hears of it."""

    def __init__(self, run: Steered) -> None:
        self._run = run
        self._sent = False
        self.pause, self.resume = run.pause, run.resume

    def cancel(self) -> None:
        """End the run in order; only the first time by a signal, as a second one ends the process at once."""
        if self._sent or not callable(signal.getsignal(signal.SIGTERM)):
            self._run.cancel()
            return
        self._sent = True
        os.kill(os.getpid(), signal.SIGTERM)


def _written() -> int:
    """Return how many bytes this process has written so far into the file that it was given."""
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fstat(2).st_size


def _is_line(number: str) -> bool:
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        return False
    try:
        return stat.S_ISSOCK(os.fstat(int(number)).st_mode)
    except OSError:
        return False
