"""One command in a process group of its own, which ends with it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from typing import TYPE_CHECKING

from ...core.background import hear_signals
from ..hosting.deaths import cause_of_death

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ...core.worker.failures import Cause

LOOK_SECONDS = 0.2
END_SECONDS = 1.0
"""A command that was asked to end gets so long before it is killed."""

_PIECE = 1 << 16


class Command:
    """Started at once; OSError if it cannot be. Its standard input has ``first``, and ends when we do."""

    def __init__(self, words: Sequence[str], folder: Path, first: bytes = b"") -> None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        # What is started inherits what this thread does not hear.
        hear_signals()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what a plug-in says
                list(words),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
                bufsize=0,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(first)

    def output(self) -> Iterator[bytes]:
        """Yield what it prints, until it has ended; what it left running is not waited for."""
        stream = self._process.stdout
        assert stream is not None
        while True:
            ended = self._process.poll() is not None
            if select.select([stream], [], [], 0.0 if ended else LOOK_SECONDS)[0]:
                if not (piece := os.read(stream.fileno(), _PIECE)):
                    break
                yield piece
            elif ended:
                break

    def end(self) -> None:
        """Ask it to end, and kill it with all its group if it does not."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        self._signal(signal.SIGKILL)

    def close(self) -> Cause:
        """Wait for its end, end what it left in its group, and return how it ended."""
        try:
            code = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            # It closed its output, and goes on without.
            self.end()
            code = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._signal(signal.SIGKILL)
        return cause_of_death(code << 8 if code >= 0 else -code)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
