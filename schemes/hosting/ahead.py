"""Starts a supervisor while a run is still checked and planned, so that its workers are there sooner."""

from __future__ import annotations

import contextlib
import pickle
import socket
import subprocess
import sys
import threading
from typing import NamedTuple

from . import kin

_PATIENCE = 1.0
_waiting: list[Begun] = []
_lock = threading.Lock()


class Begun(NamedTuple):
    """A supervisor that has not been told yet what it is for: its process, and the owner's end of its socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def end(self) -> None:
        """End it, which has no workers yet. Never fails."""
        self.control.close()
        kin.kill_own(self.process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)


class Ahead:
    """A supervisor for whoever in this process needs the next one; ``load`` is the module that its workers will serve.

    ``close`` ends it if nobody has needed it, and may be called twice. Where none can be started, nothing is said: who
    needs one will hear why.
    """

    def __init__(self, load: str) -> None:
        self._begun: Begun | None = None
        with contextlib.suppress(OSError):
            self._begun = begin()
            with _lock:
                _waiting.append(self._begun)
            # Should it be gone already, that is noticed by who takes it.
            self._begun.control.send(pickle.dumps(("load", load)))

    def close(self) -> None:
        """End it, unless it was needed."""
        with _lock:
            unused = self._begun in _waiting
            if unused:
                _waiting.remove(self._begun)  # type: ignore[arg-type]
        if unused:
            self._begun.end()  # type: ignore[union-attr]


def begun() -> Begun:
    """Return a supervisor that was started ahead, else a new one; OSError if it cannot be started."""
    while True:
        with _lock:
            found = _waiting.pop(0) if _waiting else None
        if found is None:
            return begin()
        if found.process.poll() is None:
            return found
        found.end()


def begin() -> Begun:
    """Start a supervisor; OSError if it cannot be started."""
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, contextlib.ExitStack() as undo:
        undo.callback(control.close)
        descriptor = theirs.fileno()
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", "treadle.schemes.hosting", str(descriptor)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
            cwd="/",
        )
        undo.pop_all()
    return Begun(process, control)
