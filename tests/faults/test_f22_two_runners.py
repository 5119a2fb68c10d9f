"""F22: two runners with one cache at once: of what both need, one computes it and the other reuses it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING

import pytest

from treadle import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60.0
ITEMS = 6
STEPS = """
import os, time

def numbers(count: int) -> list[int]:
    return list(range(count))

def slow(x: int) -> int:
    with open(os.environ["DID"], "a") as file:
        file.write(f"{x}\\n")
    time.sleep(0.05)
    return x * x

def gated(x: int) -> int:
    with open(os.environ["DID"], "a") as file:
        file.write(f"{x}\\n")
    # Whoever opens it to write lets all through that read.
    with open(os.environ["GATE"]) as gate:
        gate.read()
    return x

def total(values: list[int]) -> int:
    return sum(values)
"""


class Runners:
    """Real processes that run one pipeline with one cache; a line is written down for each task that is executed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "did"
        self.gate = folder / "gate"
        os.mkfifo(self.gate)
        self.notes.touch()
        (folder / "f22_steps.py").write_text(STEPS)
        self.file = folder / "shared.treadle"
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *options: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ, "DID": str(self.notes), "GATE": str(self.gate),
            "XDG_STATE_HOME": str(self.folder / f"state-{len(self._started)}"),
        }  # fmt: skip
        self._started.append(
            subprocess.Popen(
                [sys.executable, "-m", "treadle", "run", str(self.file), "-x", "processes", "--trust", *options],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True,
            )
        )  # fmt: skip
        return self._started[-1]

    @contextlib.contextmanager
    def at_the_gate(self) -> Iterator[None]:
        """Wait until a task stands before the gate; let it through at the end."""
        opened: queue.Queue[IO[str]] = queue.Queue()
        threading.Thread(target=lambda: opened.put(self.gate.open("w")), daemon=True).start()
        with opened.get(timeout=SECONDS):
            yield

    def ended(self, runner: subprocess.Popen[str]) -> str:
        told = runner.communicate(timeout=SECONDS)[0]
        assert runner.returncode == 0, told
        return told

    def did(self) -> list[str]:
        return sorted(self.notes.read_text().split())

    def close(self) -> None:
        for runner in self._started:
            if runner.poll() is None:
                runner.kill()
            runner.communicate(timeout=SECONDS)
        # A thread that still waits for a reader finds one.
        os.close(os.open(self.gate, os.O_RDONLY | os.O_NONBLOCK))


@pytest.fixture
def runners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runners]:
    monkeypatch.syspath_prepend(tmp_path)
    made = Runners(tmp_path)
    yield made
    made.close()


def saved(runners: Runners, function: str) -> None:
    p = Pipeline("shared")
    step = p.add(f"f22_steps:{function}", id="step", x=p.add("f22_steps:numbers", count=ITEMS).out.each())
    p.add("f22_steps:total", values=step.out.joined())
    p.save(runners.file)


def test_of_two_runners_at_once_one_computes_and_the_other_reuses(runners):
    saved(runners, "slow")
    for runner in [runners.start(), runners.start()]:
        runners.ended(runner)
    assert runners.did() == [str(item) for item in range(ITEMS)]


def test_what_a_killed_runner_was_computing_is_computed_by_the_one_that_waits(runners):
    p = Pipeline("shared")
    p.add("f22_steps:gated", x=1)
    p.save(runners.file)
    first = runners.start()
    with runners.at_the_gate():
        second = runners.start()
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=SECONDS)
        runners.gate.unlink()
        runners.gate.write_text("open to all")
    runners.ended(second)
    assert runners.did() == ["1", "1"]


@pytest.mark.parametrize(
    "rounds", [pytest.param(10, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.soak)]
)
def test_many_runners_at_once_leave_one_sound_cache(runners, rounds):
    saved(runners, "slow")
    for _ in range(rounds):
        for runner in [runners.start(), runners.start(), runners.start()]:
            runners.ended(runner)
        command = [sys.executable, "-m", "treadle", "cache"]
        for ask in ("verify", "clear"):
            subprocess.run([*command, ask], check=True, timeout=SECONDS, capture_output=True)
    assert runners.did() == sorted([str(item) for item in range(ITEMS)] * rounds)
