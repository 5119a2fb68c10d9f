"""Runs the command line: in this process where that is enough, else in one of its own, or on a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from typing import Any

import pytest

from treadle.app.cli import main

SECONDS = 60.0
COMMAND = [sys.executable, "-m", "treadle"]


@dataclass
class Told:
    code: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def treadle(capfd):
    """Return a function that runs the command line in this process."""

    def run(*arguments: str) -> Told:
        capfd.readouterr()
        code = main(list(arguments))
        captured = capfd.readouterr()
        assert "Traceback (most recent call last):\n  File" not in captured.err
        return Told(code, captured.out, captured.err)

    return run


@pytest.fixture
def process():
    """Return a function that runs the command line in a process of its own."""

    def run(*arguments: str, env: dict[str, str] | None = None, **options: Any) -> Told:
        done = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
            env={**os.environ, **(env or {})},
            **options,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def terminal():
    """Return a function that runs the command line on a terminal, and types an answer once it is asked."""

    def run(*arguments: str, columns: int = 80, answer: str = "") -> Told:
        pid, ours = pty.fork()
        if not pid:
            os.environ["TERM"] = "xterm-256color"
            os.environ.pop("COLUMNS", None)
            os.environ.pop("NO_COLOR", None)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
            os.execv(COMMAND[0], [*COMMAND, *arguments])
        shown = b""
        while piece := _read(ours):
            shown += piece
            if answer and b"[y/N]" in shown:
                os.write(ours, f"{answer}\n".encode())
                answer = ""
        _, status = os.waitpid(pid, 0)
        os.close(ours)
        return Told(os.waitstatus_to_exitcode(status), shown.decode().replace("\r\n", "\n"))

    return run


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # on Linux the end of a terminal is an error
        return b""
