"""Standard streams of a thread host: what a thread prints belongs to the task it runs."""

from __future__ import annotations

import contextlib
import io
import os
from contextvars import ContextVar
from typing import Any, Protocol

_current: ContextVar[Speaker | None] = ContextVar("treadle_speaker", default=None)


class Speaker(Protocol):
    """Who prints: a task."""

    def say(self, data: bytes) -> None:
        """Take what it printed."""


def listen(speaker: Speaker) -> None:
    """Have what this context prints belong to ``speaker``."""
    _current.set(speaker)


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
        speaker = _current.get()
        if speaker is not None:
            speaker.say(plain)
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
