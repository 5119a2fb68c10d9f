"""What the command of a call executes: reads the call from a folder, carries it out, and leaves the answer there."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from ...core.background import hear_signals
from ...core.worker.context import TaskContext
from ...core.worker.execute import execute
from ...core.worker.failures import Cause, cause_of
from ...core.worker.files import FileStore
from ...core.worker.handing import hand_out
from ...core.worker.limits import ThreadLimits
from ..hosting.answers import handed_out
from ..hosting.child import Progress, peak_memory
from ..hosting.parts import loaded
from ..hosting.wire import Decoder

CALL, ANSWER, SCRATCH = "call", "answer", "scratch"
"""What is in the folder of a call: the call itself, what came of it, and the module's own directory."""

_LOOK_SECONDS = 0.5
_MOST_TEXT = 2000


class Setup(NamedTuple):
    """What the command is told besides the call: plain data, read before anything can be imported.

    ``values`` is the folder for values, ``mark`` what tells our messages from what the module prints. The variables of
    the environment that the pipeline refers to may be secret: they come by standard input, and stand in no file.
    """

    mark: str
    values: str
    files: str
    spare: str
    search_path: list[str]


def main(folder: str) -> None:
    """Carry out the call in this folder. The process ends with its owner, which holds our standard input open."""
    hear_signals()
    environment = json.loads(_first_line())
    _end_with_owner()
    job = Path(folder)
    head, _, body = (job / CALL).read_bytes().partition(b"\n")
    setup = Setup(*json.loads(head))
    sys.path.extend(entry for entry in setup.search_path if entry not in sys.path)
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    answer = _answered(setup, body, job / SCRATCH)
    part = job / f"{ANSWER}.part"
    part.write_bytes(pickle.dumps(answer, 5))
    part.replace(job / ANSWER)
    # Threads and exit handlers of modules must not keep the process.
    os._exit(0)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n") and (piece := os.read(0, 4096)):
        line += piece
    return line


def _end_with_owner() -> None:
    """Have a process watch standard input and ours; when one of them ends, all of our process group does."""
    ours = os.getpid()
    if os.fork():
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while os.getppid() == ours:
        if select.select([0], [], [], _LOOK_SECONDS)[0] and not os.read(0, 4096):
            break
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _answered(setup: Setup, body: bytes, scratch: Path) -> tuple[Any, float, float, int]:
    """Return what came of the call, the seconds that it and the processor took, and the memory."""
    tell = _Teller(setup.mark)
    scratch.mkdir()
    os.chdir(scratch)
    tempfile.tempdir = str(scratch.parent)
    progress = Progress(lambda fraction, text: tell("progress", fraction, text[:_MOST_TEXT]))
    context = TaskContext(progress, _print, scratch=scratch.resolve())
    began, cpu = time.perf_counter(), time.process_time()
    try:
        task, attempt, template, arguments, held = pickle.loads(body)  # noqa: S301 - from the owner of this process
        call = Decoder(lambda _number: template).decode(task, attempt, 0, arguments)
        ThreadLimits(os.environ.__setitem__).allow(call.form.n_procs)
    except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
        cause = cause_of(error)
        message = f"an argument cannot be made again in the worker: {cause.type}: {cause.message}"
        return Cause("not picklable", message, type=cause.type, traceback=cause.traceback), 0.0, 0.0, 0
    tell("began", os.getpid(), socket.gethostname())
    try:
        files = FileStore(Path(setup.files), Path(setup.spare))
        result = execute(call, lambda value: loaded(*held[value]), context, files)
    except BaseException as error:  # noqa: BLE001 - a module may send the signal of Ctrl-C to itself
        result = cause_of(error)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    progress.flush()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    values = Path(setup.values)
    return handed_out(result, lambda value: hand_out(value, values, values)), seconds, cpu, peak_memory()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class _Teller:
    """Tells the owner of the command something, on the standard output that the process began with."""

    def __init__(self, mark: str) -> None:
        self._mark, self._descriptor = mark.encode(), os.dup(1)

    def __call__(self, *message: object) -> None:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            os.write(self._descriptor, self._mark + json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
