"""F08: an interrupted run ends in order at the first signal, at once at the second, and leaves no process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from treadle import Pipeline
from treadle.app.schemes import SCHEMES

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 30.0
STEPS = """
import os, socket, subprocess, time

def say(text: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.sendto(text.encode(), os.environ["TOLD"])

def quick(x: int = 1) -> int:
    return x

def sleeps(x: int = 1) -> int:
    say("begun")
    time.sleep(600)
    return x

def starts_a_child(x: int = 1) -> int:
    child = subprocess.Popen(["sleep", "600"])
    say(f"child {child.pid}")
    say("begun")
    time.sleep(600)
    return x

def stubborn(x: int = 1) -> int:
    child = subprocess.Popen(["sleep", "600"])
    say(f"child {child.pid}")
    while True:
        try:
            say("begun")
            time.sleep(600)
        except BaseException:
            say("swallowed")

def swallows(x: int = 1) -> int:
    try:
        say("begun")
        time.sleep(600)
    except BaseException:
        pass
    return x
"""


class Command:
    """`treadle run` in a process of its own; what its modules say comes through a socket."""

    def __init__(self, folder: Path, function: str, *options: str) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(str(folder / "told"))
        self.told.settimeout(SECONDS)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "treadle", "run", _file(folder, function), "--trust", *options],
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "TMPDIR": str(self.temporary),
                "HOME": str(folder),
                "TOLD": str(folder / "told"),
            },
            preexec_fn=_hear_signals,
        )
        self.seen: list[str] = []

    def wait_for(self, text: str) -> None:
        while text not in (self.seen or [""])[-1]:
            self.seen.append(self.told.recv(1000).decode())

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        code = self.process.wait(SECONDS)
        return code, self.process.stdout.read()

    def children(self) -> list[int]:
        return [int(line.split()[1]) for line in self.seen if line.startswith("child ")]


def _hear_signals() -> None:
    """A shell that runs the tests in its background, or nohup, has made them deaf to some of these."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _file(folder: Path, function: str) -> str:
    (folder / "interrupted_steps.py").write_text(STEPS)
    described = {
        name: {
            "path": f"interrupted_steps:{name}",
            "inputs": [{"name": "x", "type": "int", "optional": True, "default": 1}],
            "outputs": [{"name": "out", "type": "int"}],
        }
        for name in ("quick", function)
    }
    nodes = {"first": {"module": "quick"}, "second": {"module": function}, "third": {"module": "quick"}}
    links = {"second.x": {"from": "first.out"}, "third.x": {"from": "second.out"}}
    path = folder / "demo.treadle"
    path.write_text(json.dumps({"treadle": 1, "modules": described, "nodes": nodes, "connections": links}))
    assert Pipeline.load(path).check() == []
    return str(path)


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(function: str, *options: str) -> Command:
        command = Command(tmp_path, function, *options)
        started.append(command)
        command.wait_for("begun")
        return command

    yield begin
    for command in started:
        command.process.kill()
        command.process.wait()
        command.process.stdout.close()
        command.told.close()
        assert not any(map(psutil.pid_exists, command.children())), "a child process is left"
        assert list(command.temporary.iterdir()) == [], "temporary files are left"


ALL = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
every_scheme = pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "ipython"])


@every_scheme
@pytest.mark.parametrize("number", ALL)
def test_one_signal_ends_the_run_in_order_with_a_summary(start, number, scheme):
    command = start("sleeps", "-x", scheme)
    command.send(number)
    code, out = command.end()
    assert code == 130
    assert out.startswith("Cancelled in ")
    assert "1 succeeded, 2 cancelled" in out


@every_scheme
@pytest.mark.parametrize("number", ALL)
def test_the_document_is_still_printed(start, number, scheme):
    command = start("sleeps", "--json", "-x", scheme)
    command.send(number)
    code, out = command.end()
    assert code == 130
    found = json.loads(out)
    assert found["state"] == "cancelled"
    assert found["tasks"] == {"succeeded": 1, "cancelled": 2}


@every_scheme
@pytest.mark.parametrize("number", ALL)
def test_a_child_that_a_module_left_is_ended(start, number, scheme):
    command = start("starts_a_child", "-x", scheme)
    command.send(number)
    assert command.end()[0] == 130
    assert len(command.children()) == 1


@pytest.mark.parametrize("number", ALL)
def test_a_second_signal_ends_it_at_once_whatever_the_module_does(start, number):
    command = start("stubborn", "--json", "-x", "serial")
    command.send(number)
    command.wait_for("swallowed")
    command.wait_for("begun")
    assert command.process.poll() is None
    command.send(number)
    code, out = command.end()
    assert (code, out) == (130, "")


@every_scheme
def test_the_run_ends_though_its_module_swallows_the_interrupt(start, scheme):
    command = start("swallows", "--json", "-x", scheme)
    command.send(signal.SIGINT)
    code, out = command.end()
    assert code == 130
    assert json.loads(out)["state"] == "cancelled"


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name not in {"serial", "ipython"}])
def test_a_module_that_never_ends_is_killed(start, scheme):
    command = start("stubborn", "--json", "-x", scheme)
    command.send(signal.SIGINT)
    code, out = command.end()
    assert code == 130
    assert json.loads(out)["tasks"] == {"succeeded": 1, "cancelled": 2}


def test_results_so_far_are_written(start, tmp_path):
    command = start("sleeps", "--output", str(tmp_path / "results"))
    command.send(signal.SIGTERM)
    assert command.end()[0] == 130
    assert json.loads((tmp_path / "results" / "results.json").read_text())["state"] == "cancelled"


def test_what_the_caller_ignores_stays_ignored(tmp_path):
    from treadle.app.interrupts import Interrupts

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
