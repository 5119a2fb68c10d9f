from __future__ import annotations

import mmap
import os
import subprocess
import sys

import pytest

from treadle.schemes.hosting.appetite import FEW, LOOK_SECONDS, Appetite, memory_of

MB = 1 << 20
HOLDS = "held = b'x' * (100 << 20); print(flush=True); input()"
FORKS = "import os; held = b'x' * (100 << 20); os.fork(); print(flush=True); input()"


@pytest.fixture
def start():
    started = []

    def start(program, words=1):
        made = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(made)
        for _ in range(words):
            assert made.stdout.readline()
        return made.pid

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_what_a_process_holds_is_counted(start):
    assert 100 * MB < memory_of(start(HOLDS)) < 150 * MB


def test_what_its_children_hold_is_counted(start):
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS!r}])"
    assert 100 * MB < memory_of(start(child)) < 200 * MB


def test_what_forked_processes_have_in_common_is_counted_once_if_it_matters(start):
    process = start(FORKS, words=2)
    assert memory_of(process, enough=1000 * MB) > 200 * MB
    assert memory_of(process, enough=150 * MB) < 150 * MB


def test_what_is_read_from_a_file_is_not_counted(tmp_path):
    file = tmp_path / "large"
    file.write_bytes(b"x" * 200 * MB)
    before = memory_of(os.getpid())
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[:: mmap.PAGESIZE].count(b"x") == 200 * MB // mmap.PAGESIZE
        assert memory_of(os.getpid()) < before + 20 * MB


def test_a_process_that_is_gone_takes_nothing():
    assert memory_of(1 << 30) == 0


def test_nobody_is_looked_at_without_a_limit_or_without_workers():
    assert Appetite(0).patience(3) is None
    assert Appetite(10).patience(0) is None
    assert list(Appetite(0).too_large({1: os.getpid()})) == []


def test_who_takes_too_much_is_found_and_not_looked_for_again_at_once():
    appetite = Appetite(1)
    (found,) = appetite.too_large({7: os.getpid()})
    assert found[0] == 7
    assert found[1] > 1
    assert list(appetite.too_large({7: os.getpid()})) == []
    assert 0 < appetite.patience(1) <= LOOK_SECONDS


def test_many_workers_are_looked_at_more_seldom():
    appetite = Appetite(1 << 60)
    list(appetite.too_large(dict.fromkeys(range(4 * FEW), 1 << 30)))
    assert LOOK_SECONDS < appetite.patience(4 * FEW) <= 4 * LOOK_SECONDS
