"""A journal on a disk that is full or read-only: the run goes on, the path is named, what is there stays."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess

import pytest
from journals import SECONDS, InventedRun, eventually

from treadle.core.journal.listing import list_runs
from treadle.core.journal.reader import RunReader
from treadle.core.run.states import TaskState


@pytest.fixture
def run(tmp_path):
    with InventedRun(tmp_path / "runs") as run:
        yield run


def test_a_folder_that_cannot_be_written_is_told_once_and_the_run_goes_on(tmp_path):
    (tmp_path / "file").write_text("")
    run = InventedRun(tmp_path / "file" / "runs")
    run.simple("a")
    assert not run.journal.close(SECONDS)
    (warning,) = run.warnings
    assert str(run.journal.path) in warning
    assert "The run goes on" in warning


def test_a_disk_that_gets_full_stops_the_journal_and_tells_once(run):
    # As on a full disk: no page can be added to the file.
    run.journal._store._connection.execute("PRAGMA max_page_count = 12")
    for number in range(2000):
        run.simple(f"fit[{number}]", item=f"item {number}")
    assert run.warned.wait(SECONDS)
    run.simple("later")
    assert not run.journal.close(SECONDS)
    (warning,) = run.warnings
    assert "full" in warning
    assert str(run.journal.path) in warning
    assert not run.journal._made


@contextlib.contextmanager
def mounted(folder, *options):
    subprocess.run(["mount", *options, folder], check=True, timeout=SECONDS)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True, timeout=SECONDS)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_stops_the_journal_tells_once_and_leaves_what_was_written(tmp_path):
    with mounted(tmp_path, "-t", "tmpfs", "-o", "size=400k", "none"):
        earlier = InventedRun(tmp_path / "runs", "earlier")
        earlier.simple("a")
        earlier.end()
        run = InventedRun(tmp_path / "runs", "later")
        run.simple("b")
        eventually(lambda: list_runs(run.folder).readable[0].tasks)
        for number in range(8000):
            run.simple(f"fit[{number}]", item=secrets.token_hex(50))
        assert run.warned.wait(SECONDS)
        assert "full" in run.warnings[0] or "disk I/O" in run.warnings[0]
        assert str(run.journal.path) in run.warnings[0]
        assert not run.journal.close(SECONDS)
        assert len(run.warnings) == 1
        later, before = list_runs(run.folder).readable
        assert (before.state, before.counts) == ("succeeded", {"succeeded": 1})
        with RunReader(later.path) as reader:
            assert reader.task("b").state is TaskState.SUCCEEDED


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
def test_a_folder_that_is_read_only_is_named_and_what_is_in_it_can_be_read(tmp_path):
    earlier = InventedRun(tmp_path, "earlier")
    earlier.simple("a")
    earlier.end()
    with mounted(tmp_path, "--bind", "-o", "ro", str(tmp_path)):
        run = InventedRun(tmp_path, "later")
        run.simple("b")
        assert not run.journal.close(SECONDS)
        (warning,) = run.warnings
        assert f"{run.journal.path}: the journal of this run cannot be kept: Read-only file system" in warning
        (found,) = list_runs(tmp_path).readable
        assert found.counts == {"succeeded": 1}
