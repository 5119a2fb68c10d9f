"""A window in a process of its own, and what a test sees of it through its eye."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
from endings import survivors

if TYPE_CHECKING:
    from collections.abc import Mapping

WATCHED = Path(__file__).with_name("watched_window.py")
SECONDS = 60.0
PAUSE = 0.02


class WatchedWindow:
    """``python -m treadle`` with arguments. What it started is ended with it, when the test leaves."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *arguments: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = folder / f"eye-{time.monotonic_ns()}"
        self.output = folder / "output.txt"
        command = [sys.executable, "-Werror", str(WATCHED), str(self._socket), *map(str, arguments)]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(command, env=dict(environment), stdout=output, stderr=output)
        self._line: socket.socket | None = None
        self._file: Any = None
        self.descendants: dict[int, psutil.Process] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.note_descendants()
        if self._line is not None:
            self._file.close()
            self._line.close()
        for process in (self.process, *self.descendants.values()):
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                process.kill()
        self.process.wait(SECONDS)

    # What it knows

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the window; AssertionError with the error there."""
        if self._line is None:
            self._meet()
        self._file.write(json.dumps(expression) + "\n")
        self._file.flush()
        answer = json.loads(self._file.readline() or '{"value": {"error": "the window is gone"}}')["value"]
        if isinstance(answer, dict) and set(answer) == {"error"}:
            raise AssertionError(f"{expression}: {answer['error']}")
        return answer

    def wait(self, expression: str, seconds: float = SECONDS) -> Any:
        """Wait until an expression is true in the window; return its value."""
        end = time.monotonic() + seconds
        while True:
            try:
                value: Any = self.ask(expression)
            except AssertionError as error:
                value, why = None, str(error)
            else:
                why = repr(value)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds:.0f} s: {expression} ({why})\n{self.told()}")
            time.sleep(PAUSE)

    def _meet(self) -> None:
        end = time.monotonic() + SECONDS
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        while True:
            try:
                line.connect(str(self._socket))
                break
            except OSError:
                assert self.process.poll() is None, f"the window ended at once:\n{self.told()}"
                assert time.monotonic() < end, f"the window did not start:\n{self.told()}"
                time.sleep(PAUSE)
        self._line, self._file = line, line.makefile("rw")

    def told(self) -> str:
        """Return what it wrote to its terminal."""
        return self.output.read_text(errors="replace")

    # Its life

    def note_descendants(self) -> list[psutil.Process]:
        """Remember all processes that it has started, and return those that are there."""
        with contextlib.suppress(psutil.Error):
            self.descendants |= {one.pid: one for one in psutil.Process(self.process.pid).children(recursive=True)}
        return [one for one in self.descendants.values() if one.is_running()]

    def signal(self, number: int) -> None:
        """Send a signal to the window alone."""
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """Kill the window alone, at once."""
        self.note_descendants()
        self.signal(signal.SIGKILL)
        self.process.wait(SECONDS)

    def ends(self, seconds: float = SECONDS) -> int:
        """Wait until it has ended; return its exit code."""
        return self.process.wait(seconds)

    def left_after(self, seconds: float) -> list[str]:
        """Return what it started and is still there after so long."""
        return [" ".join(one.cmdline()) for one in survivors(self.descendants.values(), seconds)]
