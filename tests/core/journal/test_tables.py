"""The version of a journal, and files that are no journal."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from journals import InventedRun

from treadle.core.journal.reader import RunReader
from treadle.core.journal.tables import JournalError, open_to_read


@pytest.fixture
def path(tmp_path):
    run = InventedRun(tmp_path)
    run.simple("fit")
    return run.end()


def test_a_newer_journal_is_refused_with_what_to_do(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match=r"version 99, and this Treadle reads up to 1\. Read it with") as caught:
        RunReader(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 3


def test_an_older_journal_is_brought_up_to_date_without_changing_its_file(path):
    before = path.read_bytes()
    upgrades = {1: "ALTER TABLE run ADD COLUMN mood TEXT DEFAULT 'good'", 2: "UPDATE run SET mood = 'better'"}
    with contextlib.closing(open_to_read(path, version=3, upgrades=upgrades)) as connection:
        assert connection.execute("SELECT mood FROM run").fetchall() == [("better",)]
    assert path.read_bytes() == before


def test_a_version_without_a_way_to_the_next_is_damaged(path):
    with pytest.raises(JournalError, match="damaged"):
        open_to_read(path, version=3, upgrades={})


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
