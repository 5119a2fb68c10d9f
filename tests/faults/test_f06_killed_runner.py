"""F06: a run whose process is killed at any moment is resumed: only what has no durable result is done again."""

from __future__ import annotations

import contextlib
import itertools
import random
import signal
from typing import TYPE_CHECKING

import psutil
import pytest
from detached_runs import Rig
from endings import all_gone

from treadle import Pipeline
from treadle.app.keeping import remembered_as
from treadle.core.cache.lookups import remembered_key

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = 12
ANSWER = 20_000.0 * sum(range(ITEMS))
TASKS = {"numbers", "total", *(f"{node}[{item}]" for node in ("image", "written") for item in range(ITEMS))}
SCHEMES = ("processes", "threads", "serial")
MOMENTS = [pytest.param(seed, marks=() if seed < 1 else pytest.mark.slow) for seed in range(10)]
NUMBERS = itertools.count(1)
STEPS = """
import contextlib, os, socket, time
from pathlib import Path

import numpy as np

from treadle import Schemes, module, scratch

both = Schemes(threads=True)

def did(text):
    with open(os.environ["DID"], "a") as file:
        file.write(f"{text}\\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, contextlib.suppress(OSError):
        told.sendto(text.encode(), socket.MSG_DONTWAIT, os.environ["TOLD"])

@module(cache=False, schemes=both)
def numbers(count: int) -> list[int]:
    did("numbers")
    return list(range(count))

@module(schemes=both)
def image(x: int) -> np.ndarray:
    did(f"image[{x}]")
    time.sleep(0.02)
    return np.full((200, 100), float(x))

@module(schemes=both)
def written(image: np.ndarray) -> Path:
    did(f"written[{image[0, 0]:.0f}]")
    path = scratch() / "sum.txt"
    path.write_text(str(image.sum()))
    return path

@module(schemes=both)
def total(paths: list[Path]) -> float:
    did("total")
    return sum(float(path.read_text()) for path in paths)
"""


class Killable:
    """A pipeline whose tasks take note of what they do, and runs of it that are killed."""

    def __init__(self, folder: Path) -> None:
        self.rig = Rig(folder)
        self.notes = folder / "did"
        self.notes.touch()
        self.rig.environ["DID"] = str(self.notes)
        name = f"killed_steps_{next(NUMBERS)}"
        (folder / f"{name}.py").write_text(STEPS)
        pipeline = Pipeline("Killed")
        numbers = pipeline.add(f"{name}:numbers", count=ITEMS)
        image = pipeline.add(f"{name}:image", x=numbers.out.each())
        written = pipeline.add(f"{name}:written", image=image.out)
        pipeline.add(f"{name}:total", paths=written.out.joined())
        self.file = str(pipeline.save(folder / "killed.treadle"))

    def did(self) -> list[str]:
        return self.notes.read_text().splitlines()

    def killed(self, steps: int, *options: str) -> None:
        """Start a run and kill its process once so many tasks have begun, if it has not ended by then."""
        before = len(self.did())
        run = self.rig.detach(self.file, *options)
        while len(self.did()) < before + steps:
            self.rig.told.recv(1000)
        family = []
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            family = run.family()
            run.send(signal.SIGKILL)
        assert all_gone(family)
        assert run.summary().state in {"interrupted", "succeeded"}

    def durable(self) -> set[str]:
        """Return the tasks that have a result in the cache, all of which is there and verifies."""
        verified = self.rig.treadle("cache", "verify")
        assert verified.code == 0, verified.out
        name = remembered_as(Pipeline.load(self.file))
        entries = self.rig.treadle("cache", "ls", "--json").json["entries"]
        # Of what is executed in each run it is known what it gave last: that is no result.
        return {one["task"] for one in entries if one["key"] != remembered_key(name, one["task"]).hex()}

    def resume(self, *options: str) -> list[str]:
        """Resume the run, ask of it the serial answer, and return what it did."""
        before = len(self.did())
        done = self.rig.treadle("run", self.file, "--resume", "--json", *options)
        assert (done.code, done.err) == (0, "")
        assert done.json["outputs"] == {"total": {"out": ANSWER}}
        return self.did()[before:]


@pytest.fixture
def killable(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    made = Killable(tmp_path)
    yield made
    made.rig.close()


@pytest.mark.parametrize("moment", MOMENTS)
def test_only_what_has_no_durable_result_is_done_again(killable, moment):
    scheme = SCHEMES[moment % len(SCHEMES)]
    killable.killed(random.Random(moment).randrange(1, len(TASKS)), "-x", scheme)
    lacking = TASKS - killable.durable()
    assert sorted(killable.resume("-x", scheme)) == sorted(lacking)


@pytest.mark.slow
def test_it_may_be_killed_again_while_it_is_resumed(killable):
    killable.killed(6, "-x", "processes")
    killable.killed(6, "-x", "processes", "--resume")
    lacking = TASKS - killable.durable()
    assert sorted(killable.resume()) == sorted(lacking)
    assert "numbers" not in lacking
    assert killable.resume() == []


@pytest.mark.slow
def test_without_resume_what_is_no_pure_function_is_done_again(killable):
    killable.killed(8, "-x", "processes")
    lacking = TASKS - killable.durable()
    before = len(killable.did())
    assert killable.rig.treadle("run", killable.file).code == 0
    assert sorted(killable.did()[before:]) == sorted(lacking | {"numbers"})


@pytest.mark.slow
def test_nothing_but_the_run_itself_is_left_to_resume_by_a_run_without_a_cache(killable):
    killable.killed(2, "-x", "processes", "--no-cache")
    done = killable.rig.treadle("run", killable.file, "--resume")
    assert done.code == 2
    assert "kept no results" in done.err
