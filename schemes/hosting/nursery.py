"""The owner's end of the supervisor: has workers forked and killed, and hears of their births and ends."""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from . import kin
from .ahead import begun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .child import Setup

LARGEST = 1 << 18


class Nursery:
    """A supervisor process. Closing its socket, or the end of this process, ends it and all its workers.

    ``watched`` are the descriptors that become readable when there is something to be heard, its end too. OSError if
    it cannot be started.
    """

    def __init__(self, setup: Setup) -> None:
        self._process, self._control = begun()
        with contextlib.ExitStack() as undo:
            undo.callback(self._control.close)
            undo.callback(self._end, 1.0)
            # Its workers may hold the other end of the socket for a moment; of its end nobody else can tell.
            self._life = os.pidfd_open(self._process.pid) if hasattr(os, "pidfd_open") else -1
            undo.callback(self._close_life)
            # If it is gone already, that is noticed where its notices are read.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._ask("setup", setup)
            self._control.setblocking(False)
            undo.pop_all()

    @property
    def pid(self) -> int:
        """The process of the supervisor."""
        return self._process.pid

    @property
    def watched(self) -> list[int]:
        """The descriptors to be watched."""
        return [one for one in (self._control.fileno(), self._life) if one >= 0]

    def fork(self, number: int, channel: int, printing: int, *more: int) -> None:
        """Have a worker forked that owns these descriptors. OSError if the supervisor is gone."""
        socket.send_fds(self._control, [pickle.dumps(("fork", number))], [channel, printing, *more])

    def kill(self, number: int) -> None:
        """Have a worker killed, with its process group. OSError if the supervisor is gone."""
        self._ask("kill", number)

    def notices(self) -> Iterator[tuple[Any, ...] | None]:
        """Yield what the supervisor told; None at the end if it is gone."""
        # Looked at first: what it told before its end is there then.
        ended = self._process.poll() is not None
        while True:
            try:
                message = self._control.recv(LARGEST)
            except BlockingIOError:
                if ended:
                    yield None
                return
            except OSError:
                message = b""
            if not message:
                yield None
                return
            yield pickle.loads(message)  # noqa: S301 - both ends belong to one run

    def kill_supervisor(self) -> None:
        """End a supervisor that does not answer; the kernel then ends its workers."""
        kin.kill_own(self._process)

    def close(self, seconds: float) -> None:
        """End the supervisor and with it all workers; kill it if it is not gone in time. Never fails."""
        with contextlib.suppress(OSError):
            # It then leaves the folders to this process.
            self._ask("end")
        self._control.close()
        self._close_life()
        self._end(seconds)

    def _end(self, seconds: float) -> None:
        for patience in (seconds, 1.0):
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                kin.kill_own(self._process)
            else:
                return

    def _close_life(self) -> None:
        if self._life >= 0:
            os.close(self._life)
            self._life = -1

    def _ask(self, *message: Any) -> None:
        self._control.send(pickle.dumps(message))


def search_path_of_owner() -> tuple[str, ...]:
    """Return where this process looks for modules, with the current directory by its name."""
    return tuple(dict.fromkeys(entry or os.getcwd() for entry in sys.path))  # noqa: PTH109 - a plain string
