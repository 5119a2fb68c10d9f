"""The version of a journal, and files that are no journal."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from journals import InventedRun

from treadle.core.journal.reader import RunReader
from treadle.core.journal.tables import JournalError
from treadle.core.run.states import TaskState
from treadle.core.worker.failures import Cause

VERSION_1 = """
PRAGMA application_id = 0x54524A4C; PRAGMA user_version = 1;
CREATE TABLE run (
    id TEXT, name TEXT, file TEXT, pipeline TEXT, scheme TEXT, options TEXT, versions TEXT,
    host TEXT, pid INTEGER, process_started REAL, socket TEXT, started REAL, alive REAL,
    state TEXT, ended REAL, seconds REAL, counts TEXT, warnings TEXT);
CREATE TABLE nodes (
    number INTEGER PRIMARY KEY, id TEXT, title TEXT, module TEXT, n_procs INTEGER, mem_gb REAL,
    inputs TEXT, sources TEXT);
CREATE TABLE tasks (number INTEGER PRIMARY KEY, id TEXT, node INTEGER, labels TEXT);
CREATE TABLE standings (
    task INTEGER PRIMARY KEY, batch INTEGER, state TEXT, place INTEGER, attempts INTEGER,
    dispatched REAL, began REAL, ended REAL, seconds REAL, cpu_seconds REAL, peak_memory INTEGER,
    bytes_in INTEGER, bytes_out INTEGER, cause INTEGER, missing TEXT, previews TEXT);
CREATE TABLE attempts (
    task INTEGER, batch INTEGER, state TEXT, place INTEGER, attempts INTEGER,
    dispatched REAL, began REAL, ended REAL, seconds REAL, cpu_seconds REAL, peak_memory INTEGER,
    bytes_in INTEGER, bytes_out INTEGER, cause INTEGER, missing TEXT, previews TEXT,
    PRIMARY KEY (task, attempts)) WITHOUT ROWID;
CREATE TABLE places (
    number INTEGER PRIMARY KEY, scheme TEXT, reason TEXT, worker TEXT, host TEXT, pid INTEGER);
CREATE TABLE causes (
    number INTEGER PRIMARY KEY, kind TEXT, message TEXT, task TEXT, type TEXT, traceback TEXT);
CREATE TABLE progress (task INTEGER PRIMARY KEY, fraction REAL, text TEXT);
CREATE TABLE logs (
    number INTEGER PRIMARY KEY, task INTEGER, text TEXT, lines INTEGER, size INTEGER, cut INTEGER);
CREATE INDEX logs_of_task ON logs (task);
INSERT INTO run VALUES ('aaaa', 'demo', '', '{}', 'auto', '{}', '{}', 'away', 1, 0, '', 0, 1, 'failed', 1, 1, NULL, '');
INSERT INTO nodes VALUES (0, 'fit', 'Fit', 'demo:fit', 1, 0.25, '{}', '[]');
INSERT INTO tasks VALUES (0, 'fit[0]', 0, '{"item": "0"}');
INSERT INTO places VALUES (1, 'processes', 'a slot was free', 'worker 1', '', 42);
INSERT INTO causes VALUES (1, 'exception', 'boom', '', 'ValueError', '');
INSERT INTO standings VALUES (0, 1, 'failed', 1, 2, 0, 0.1, 0.2, 0.1, 0.1, 9, 1, 2, 1, NULL, NULL);
INSERT INTO attempts VALUES (0, 0, 'failed', 1, 1, 0, 0.1, 0.2, 0.1, 0.1, 9, 1, 2, 1, NULL, NULL);
INSERT INTO progress VALUES (0, 0.5, 'half');
INSERT INTO logs VALUES (1, 0, 'one
two', 2, 7, 0);
"""


@pytest.fixture
def path(tmp_path):
    run = InventedRun(tmp_path)
    run.simple("fit")
    return run.end()


def test_a_newer_journal_is_refused_with_what_to_do(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match=r"version 99, and this Treadle reads up to 2\. Read it with") as caught:
        RunReader(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_journal_of_version_1_can_still_be_read_and_stays_as_it_is(tmp_path):
    path = tmp_path / "2026-01-02-0304-demo-aaaa.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    before = path.read_bytes()
    with RunReader(path) as reader:
        assert reader.summary().counts == {"failed": 1}
        assert reader.nodes()[0].counts == {"failed": 1}
        task = reader.task("fit[0]")
        assert (task.state, task.labels, task.worker) == (TaskState.FAILED, {"item": "0"}, "worker 1")
        assert task.cause == Cause("exception", "boom", type="ValueError")
        assert [one.attempts for one in reader.attempts("fit[0]")] == [1]
        assert reader.log("fit[0]").lines == ("one", "two")
        assert reader.progress() == {"fit[0]": (0.5, "half")}
    assert path.read_bytes() == before


def test_what_is_packed_but_damaged_is_told(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE heard SET content = substr(content, 1, 9)")
        connection.commit()
    with RunReader(path) as reader:
        assert reader.summary().tasks == 1
        with pytest.raises(JournalError, match="damaged") as caught:
            reader.tasks()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"x" * 5000, b"SQLite format 3\0" + b"x" * 5000], ids=["text", "half a header"])
def test_a_file_that_is_no_database_is_told(tmp_path, content):
    (tmp_path / "a.sqlite").write_bytes(content)
    with pytest.raises(JournalError, match=r"damaged|no journal"):
        RunReader(tmp_path / "a.sqlite")


def test_another_programs_database_is_no_journal(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.execute("CREATE TABLE run (x)")
    with pytest.raises(JournalError, match="no journal of Treadle"):
        RunReader(tmp_path / "a.sqlite")


def test_a_journal_that_is_not_there_is_told(tmp_path):
    with pytest.raises(JournalError, match="no such journal"):
        RunReader(tmp_path / "a.sqlite")


def test_a_name_with_signs_of_an_address_can_be_read(tmp_path):
    run = InventedRun(tmp_path / "a?mode=x#% b")
    run.simple("fit")
    with RunReader(run.end()) as reader:
        assert reader.summary().tasks == 1
