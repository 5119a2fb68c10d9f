"""Runs that go on in processes of their own, whose tasks tell a test that they began and wait for its word."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
from endings import all_gone, end_runs

from treadle.core.journal.listing import find_run
from treadle.core.journal.reader import RunReader
from treadle.core.places import runs_folder

if TYPE_CHECKING:
    from pathlib import Path

    from treadle.core.journal.summaries import RunSummary

SECONDS = 60.0
COMMAND = [sys.executable, "-m", "treadle"]
STEPS = """
import os, socket, time

def say(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.sendto(text.encode(), os.environ["TOLD"])

def quick(x: int = 1) -> int:
    return x

def step(x: int = 1) -> int:
    say("begun")
    with open(os.environ["GATE"]) as gate:
        gate.read()
    return x
"""


@dataclass
class Told:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Rig:
    """A socket to which tasks say that they began, a gate before which they wait, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.gate, told = folder / "gate", folder / "told"
        os.mkfifo(self.gate)
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(str(told))
        self.told.settimeout(SECONDS)
        self.environ = {"GATE": str(self.gate), "TOLD": str(told)}

    def treadle(self, *arguments: str, **options: Any) -> Told:
        """Run the command line in a process of its own."""
        environ = {**os.environ, **self.environ, **options.pop("env", {})}
        done = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
            env=environ,
            preexec_fn=hear_signals,
            **options,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    def detach(self, file: str, *arguments: str, **options: Any) -> Detached:
        """Start a run of its own."""
        done = self.treadle("run", file, "--detach", *arguments, **options)
        assert (done.code, done.err) == (0, ""), done
        return Detached(self, done.out.split()[0])

    def wait_for(self, text: str = "begun") -> None:
        while self.told.recv(1000).decode() != text:
            pass

    def open_gate(self) -> None:
        """Let the task that waits go on."""
        with self.gate.open("w"):
            pass

    def close(self) -> None:
        end_runs()
        self.told.close()


class Detached:
    """A run in a process of its own, as its journal knows it."""

    def __init__(self, rig: Rig, run: str) -> None:
        self.rig, self.id = rig, run
        self.path = find_run(runs_folder(), run)
        self.log = self.path.with_suffix(".log")
        self.pid = self.summary().owner.pid

    def summary(self) -> RunSummary:
        with RunReader(self.path) as reader:
            return reader.summary()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def follow(self) -> Told:
        return self.rig.treadle("runs", "follow", self.id)

    def ended(self) -> Told:
        """Follow it to its end, and wait for its process: what it writes last comes after the end of its journal."""
        followed = self.follow()
        with contextlib.suppress(psutil.NoSuchProcess):
            assert all_gone([psutil.Process(self.pid)], SECONDS)
        return followed

    def family(self) -> list[psutil.Process]:
        """Return its process and all that it started, which is at least one if it has workers."""
        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]


def hear_signals() -> None:
    """A shell that runs the tests in its background, or nohup, has made them deaf to some of these."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
