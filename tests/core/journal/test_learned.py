"""What is learned from one run for the next."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import subprocess
import sys

import pytest

from treadle.core.journal.learned import Learned, Measured


@pytest.fixture
def learned(tmp_path):
    return Learned(tmp_path / "state")


def test_nothing_is_known_at_first(learned):
    assert learned.read(["a"]) == {}
    assert not learned.path.exists()


def test_what_was_learned_is_known_for_each_scheme_and_over_all(learned):
    assert learned.learn([Measured("a", "serial", 1.0, 100, 10), Measured("a", "serial", 3.0, 300, 30)])
    assert learned.learn([Measured("a", "threads", 8.0, 800, 80), Measured("b", "serial", 5.0)])
    found = learned.read(["a", "b", "c"])
    assert set(found) == {"a", "b"}
    assert found["a"].schemes["serial"].seconds == pytest.approx(2.0)
    assert found["a"].schemes["serial"].peak_memory == pytest.approx(200)
    assert found["a"].schemes["threads"].bytes_out == pytest.approx(80)
    assert (found["a"].count, found["a"].seconds) == (3, pytest.approx(4.0))


def test_what_changed_is_followed_and_old_times_are_forgotten(learned):
    learned.learn([Measured("a", "serial", 1.0)] * 1000)
    learned.learn([Measured("a", "serial", 10.0)])
    assert 1.0 < learned.read(["a"])["a"].seconds < 2.0
    learned.learn([Measured("a", "serial", 10.0)] * 200)
    assert learned.read(["a"])["a"].seconds == pytest.approx(10.0, rel=0.01)


def test_the_file_is_for_its_owner_alone(learned):
    learned.learn([Measured("a", "serial", 1.0)])
    assert stat.S_IMODE(learned.path.stat().st_mode) == 0o600


def test_a_damaged_file_is_set_aside_and_begun_anew(learned):
    learned.path.parent.mkdir()
    learned.path.write_bytes(b"no database" * 1000)
    assert learned.read(["a"]) == {}
    assert learned.learn([Measured("a", "serial", 1.0)])
    assert learned.read(["a"])["a"].seconds == 1.0
    assert learned.path.with_name("learned.sqlite.damaged").exists()


def test_the_estimates_of_a_newer_treadle_are_left_alone(learned):
    learned.learn([Measured("a", "serial", 1.0)])
    with contextlib.closing(sqlite3.connect(learned.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = learned.path.read_bytes()
    assert learned.read(["a"]) == {}
    assert not learned.learn([Measured("a", "serial", 1.0)])
    assert learned.path.read_bytes() == before


def test_a_folder_that_cannot_be_had_breaks_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    learned = Learned(tmp_path / "file" / "state")
    assert learned.read(["a"]) == {}
    assert not learned.learn([Measured("a", "serial", 1.0)])


LEARN = """
import sys
from pathlib import Path
from treadle.core.journal import learned
from treadle.core.journal.learned import Learned, Measured
# How long a busy disk may keep the other one does not count here.
learned.WAIT_SECONDS = 30.0
for _ in range(25):
    assert Learned(Path(sys.argv[1])).learn([Measured("a", sys.argv[2], 1.0), Measured("b", "serial", 1.0)])
"""


def test_two_processes_may_learn_at_once(learned):
    command = [sys.executable, "-c", LEARN, str(learned.path.parent)]
    both = [subprocess.Popen([*command, scheme], stderr=subprocess.PIPE) for scheme in ("serial", "threads")]
    for process in both:
        _, error = process.communicate(timeout=120)
        assert not error
    found = learned.read(["a", "b"])
    assert (found["a"].count, found["b"].count) == (50, 50)


@pytest.fixture
def busy(learned):
    """Return the connection of a process that is about to make the tables of a new file."""
    learned.path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(learned.path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_whoever_meets_another_that_begins_the_file_waits_for_it(learned, busy, monkeypatch):
    monkeypatch.setattr("treadle.core.journal.learned.time.sleep", lambda _seconds: busy.execute("COMMIT"))
    assert learned.learn([Measured("a", "serial", 1.0)])
    assert learned.read(["a"])["a"].count == 1


def test_it_does_not_wait_for_ever(learned, busy, monkeypatch):
    monkeypatch.setattr("treadle.core.journal.learned.WAIT_SECONDS", 0.05)
    assert not learned.learn([Measured("a", "serial", 1.0)])
    busy.execute("COMMIT")
    assert learned.learn([Measured("a", "serial", 1.0)])


def test_old_estimates_give_way_when_there_are_too_many(learned, monkeypatch):
    monkeypatch.setattr("treadle.core.journal.learned.MAX_ROWS", 10)
    clock = iter(range(100))
    monkeypatch.setattr("treadle.core.journal.learned.time.time", lambda: float(next(clock)))
    for number in range(20):
        learned.learn([Measured(str(number), "serial", 1.0)])
    assert "19" in learned.read(map(str, range(20)))
    assert "0" not in learned.read(map(str, range(20)))
