"""The owner's end of the supervisor: has workers forked and killed, and hears of their births and ends."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from . import kin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .child import Setup

LARGEST = 1 << 18


class Nursery:
    """A supervisor process. Closing its socket, or the end of this process, ends it and all its workers."""

    def __init__(self, setup: Setup) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-P", "-m", "treadle.schemes.hosting", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
            )
        self._ask("setup", setup)
        self.control.setblocking(False)

    def fork(self, number: int, channel: int, printing: int, *more: int) -> None:
        """Have a worker forked that owns these descriptors. OSError if the supervisor is gone."""
        socket.send_fds(self.control, [pickle.dumps(("fork", number))], [channel, printing, *more])

    def kill(self, number: int) -> None:
        """Have a worker killed, with its process group. OSError if the supervisor is gone."""
        self._ask("kill", number)

    def notices(self) -> Iterator[tuple[Any, ...] | None]:
        """Yield what the supervisor told; None at the end if it is gone."""
        while True:
            try:
                message = self.control.recv(LARGEST)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                yield None
                return
            yield pickle.loads(message)  # noqa: S301 - both ends belong to one run

    def close(self, seconds: float) -> None:
        """End the supervisor and with it all workers; kill it if it is not gone in time."""
        self.control.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            kin.kill_with_group(self._process.pid)
            self._process.wait(1.0)

    def _ask(self, *message: Any) -> None:
        self.control.send(pickle.dumps(message))


def search_path_of_owner() -> tuple[str, ...]:
    """Return where this process looks for modules, with the current directory by its name."""
    return tuple(dict.fromkeys(entry or os.getcwd() for entry in sys.path))  # noqa: PTH109 - a plain string
