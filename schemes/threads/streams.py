"""Standard streams of a thread host: what a thread prints belongs to the task it runs."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ..hosting.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

_current: ContextVar[Said | None] = ContextVar("treadle_said", default=None)


class Said:
    """What one task prints and logs: complete lines are told as they come, in bounded amounts.

    Threads that a module starts with a copy of its context print here too, even after their task has ended; that is
    dropped then.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._lines: Lines | None = None
        self._over = False

    def write(self, data: bytes) -> None:
        """Take more of the output."""
        with self._lock:
            if self._over:
                return
            if self._lines is None:
                self._lines = Lines(self._tell)
            self._lines.feed(data)

    def log(self, line: str) -> None:
        """Take a line that the module wrote to its log."""
        self.write(f"{line}\n".encode(errors="backslashreplace"))

    def end(self) -> None:
        """Tell what is left: the task is over."""
        if self._lines is None:
            self._over = True
            return
        with self._lock:
            self._over = True
            self._lines.end()


def listen(said: Said) -> None:
    """Have what this context prints belong to ``said``."""
    _current.set(said)


class _Bytes(io.RawIOBase):
    """The binary layer of a stream."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any) -> int:
        plain = bytes(data)
        said = _current.get()
        if said is not None:
            said.write(plain)
        else:
            _write_all(self._descriptor, plain)
        return len(plain)


class TaskStream(io.TextIOBase):
    """Takes the place of sys.stdout or sys.stderr; what no task prints goes to the descriptor.

    Nothing is held back in it, so that ``flush`` has nothing to do.
    """

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, descriptor: int, name: str) -> None:
        self.name = name
        self.buffer = _Bytes(descriptor)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def fileno(self) -> int:
        """Return the descriptor; what is written to it directly belongs to all tasks that run."""
        return self.buffer.fileno()

    def isatty(self) -> bool:
        """Say no."""
        return False

    def write(self, text: str) -> int:
        """Write text; TypeError if it is something else."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.buffer.write(text.encode(errors="backslashreplace"))
        return len(text)

    def reconfigure(self, **_options: Any) -> None:
        """Change nothing: modules call this to have lines told at once, and they are."""

    def close(self) -> None:
        """Stay open: other threads print here too."""

    def __del__(self) -> None:
        """Close nothing at the end either."""


def _write_all(descriptor: int, data: bytes) -> None:
    # Where the descriptor was closed by a module there is nothing left to write to.
    with contextlib.suppress(OSError):
        while data:
            data = data[os.write(descriptor, data) :]
