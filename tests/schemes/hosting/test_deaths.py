"""Why workers ended: by signals, by codes, and where the kernel's count says that memory ran out."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from clusters import wait_until
from process_rigs import Rig

from treadle.core.scheme import Stopped
from treadle.schemes.hosting.deaths import CLAIM_SECONDS, MemoryWatch, cause_of_death

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# As the kernel has them: a control group of version 2 and of version 1, and the whole machine.
FORMS = {
    "memory.events": "low 0\nhigh 0\nmax 512\noom 3\noom_kill {kills}\noom_group_kill 0\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n",
    "vmstat": "nr_free_pages 4526318\ndrop_pagecache 0\noom_kill {kills}\nnuma_pte_updates 0\n",
}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=sorted(FORMS))
def count(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[int], Path]:
    """Return a function that has the kernel count so many kills, and returns where."""

    def write(kills: int) -> Path:
        path = tmp_path / request.param
        path.write_text(FORMS[request.param].format(kills=kills))
        return path

    return write


def test_a_death_tells_its_signal_or_its_code() -> None:
    assert cause_of_death(9, out_of_memory=True).kind == "out of memory"
    assert cause_of_death(9).message == "killed by signal 9 (SIGKILL)"
    assert cause_of_death(35).message.startswith("killed by signal 35")
    assert cause_of_death(3 << 8).message == "exited with code 3"


def test_the_kernels_count_tells_out_of_memory_from_other_kills(count: Callable) -> None:
    watch = MemoryWatch(count(1))
    before = watch.struck()
    count(2)
    assert (before, watch.struck(), watch.struck()) == (False, True, False)


def test_of_kills_at_the_same_time_each_explains_a_death_and_no_more(count: Callable) -> None:
    watch = MemoryWatch(count(7))
    count(10)
    assert [watch.struck() for _ in range(5)] == [True, True, True, False, False]
    count(11)
    assert [watch.struck() for _ in range(2)] == [True, False]


def test_one_kill_explains_one_death_whichever_scheme_it_was_of(count: Callable) -> None:
    processes, threads = MemoryWatch(count(0)), MemoryWatch(count(0))
    count(1)
    assert (processes.struck(), threads.struck(), processes.struck()) == (True, False, False)
    count(3)
    assert (threads.struck(), processes.struck(), threads.struck()) == (True, True, False)


def test_a_kill_that_was_seen_long_ago_explains_nothing(count: Callable) -> None:
    clock = Clock()
    watch = MemoryWatch(count(0), clock)
    count(2)
    assert watch.struck()
    clock.now += CLAIM_SECONDS
    assert not watch.struck()


def test_a_scheme_lays_no_death_to_what_was_before_it_and_takes_nothing_from_others(count: Callable) -> None:
    first = MemoryWatch(count(0))
    count(1)
    second = MemoryWatch(count(1))
    assert (second.struck(), first.struck()) == (False, True)


def test_a_count_that_cannot_be_read_for_a_while_is_no_kill(count: Callable) -> None:
    path = count(5)
    watch = MemoryWatch(path)
    path.unlink()
    assert not watch.struck()
    count(5)
    assert not watch.struck()
    path.write_text("oom_kill many\n")
    assert not watch.struck()
    count(6)
    assert watch.struck()


def test_without_a_count_nothing_is_out_of_memory(tmp_path: Path) -> None:
    assert not MemoryWatch(tmp_path / "missing").struck()


def own_process(rig: Rig, folder: Path, task: str) -> int:
    """Begin a task that waits for ever; return its process."""
    file = folder / task
    rig.submit(rig.call("wait_for_ever", task, file=str(file)))
    wait_until(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text().split()[-1])


@pytest.fixture
def events(tmp_path: Path) -> Path:
    made = tmp_path / "memory.events"
    made.write_text(FORMS["memory.events"].format(kills=0))
    return made


@pytest.fixture
def rig(tmp_path: Path, events: Path) -> Iterator[Rig]:
    """Two workers, whose pool takes the count of the kernel from ``events``."""
    made = Rig(tmp_path, workers=2)
    made.scheme._pool._memory = MemoryWatch(events)
    yield made
    made.scheme.close(5.0)


def test_two_workers_that_are_killed_at_once_for_memory_are_both_told_so_and_a_third_is_not(
    rig: Rig, events: Path, tmp_path: Path
) -> None:
    victims = [own_process(rig, tmp_path, task) for task in ("one", "two")]
    # The kernel counts first.
    events.write_text(FORMS["memory.events"].format(kills=2))
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    assert [rig.cause(task).kind for task in ("one", "two")] == ["out of memory"] * 2
    os.kill(own_process(rig, tmp_path, "three"), signal.SIGKILL)
    assert rig.cause("three").message == "killed by signal 9 (SIGKILL)"


def test_a_worker_that_we_kill_ourselves_is_not_taken_for_one_that_the_system_has_killed(
    rig: Rig, events: Path, tmp_path: Path
) -> None:
    victim = own_process(rig, tmp_path, "victim")
    stubborn = tmp_path / "stubborn"
    rig.submit(rig.call("never_give_up", "stubborn", file=str(stubborn)))
    wait_until(stubborn.exists)
    events.write_text(FORMS["memory.events"].format(kills=1))
    rig.scheme.stop(["stubborn"])
    assert isinstance(rig.end_of("stubborn"), Stopped)
    os.kill(victim, signal.SIGKILL)
    assert rig.cause("victim").kind == "out of memory"
