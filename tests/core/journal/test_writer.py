"""The journal: what it keeps of a run, and what happens when the disk, the reader or the run does not behave."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading

import pytest
from journals import BOOM, SECONDS, InventedRun, eventually

from treadle.core.journal.reader import RunReader
from treadle.core.run.records import Missing, TaskChanged
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.failures import Cause


@pytest.fixture
def run(tmp_path):
    with InventedRun(tmp_path / "runs") as run:
        yield run


def test_what_is_kept_of_a_task_is_what_was_told(run):
    run.make("fit[0]", subject="sub-01")
    run.start("fit[0]")
    missing = (Missing({"subject": "sub-02"}, Cause("exception", "no", task="load[1]", type="ValueError")),)
    previews = {"out": {"type": "int", "text": "3"}}
    told = run.succeed("fit[0]", bytes_in=10, bytes_out=20, previews=previews, missing=missing)
    with RunReader(run.end()) as reader:
        assert reader.task("fit[0]") == told


def test_a_task_that_ended_in_each_way_is_kept_with_its_cause(run):
    for name in ("a", "b", "c", "d"):
        run.make(name)
    run.start("a")
    run.fail("a")
    run.change("b", TaskState.SKIPPED, cause=Cause("upstream", "a failed", task="a"))
    run.change("c", TaskState.CACHED)
    with RunReader(run.end(RunState.FAILED)) as reader:
        assert [task.state.value for task in reader.tasks()] == ["failed", "skipped", "cached", "waiting"]
        assert reader.task("a").cause == BOOM
        assert reader.task("b").cause == Cause("upstream", "a failed", task="a")
        assert dict(reader.summary().counts) == {"failed": 1, "skipped": 1, "cached": 1, "waiting": 1}


def test_each_attempt_of_a_task_that_was_tried_again_is_kept(run):
    run.make("fit")
    run.start("fit", worker="worker 1")
    run.retry("fit")
    run.start("fit", worker="worker 2")
    run.retry("fit", cause=None)  # its result was lost
    run.start("fit", worker="worker 3")
    run.succeed("fit")
    with RunReader(run.end()) as reader:
        first, second = reader.attempts("fit")
        assert (first.attempts, first.state, first.cause, first.worker) == (1, TaskState.FAILED, BOOM, "worker 1")
        assert (second.attempts, second.state, second.worker) == (2, TaskState.SUCCEEDED, "worker 2")
        assert (reader.task("fit").attempts, reader.task("fit").worker) == (3, "worker 3")


def test_a_record_that_goes_on_changing_is_kept_as_it_was_told(run):
    run.make("fit")
    run.start("fit")
    run.succeed("fit", seconds=1.0)
    run.records["fit"].seconds = 99.0
    with RunReader(run.end()) as reader:
        assert reader.task("fit").seconds == 1.0


def test_another_reader_sees_long_tasks_and_their_progress_while_the_run_goes_on(run):
    run.make("fit")
    run.start("fit")
    run.progress("fit", 0.25, "a quarter")
    with run.reader() as reader:
        eventually(lambda: reader.summary().counts == {"running": 1})
        assert reader.progress() == {"fit": (0.25, "a quarter")}
        assert reader.summary().live
        run.succeed("fit")
        eventually(lambda: reader.task("fit").state is TaskState.SUCCEEDED)
        run.end()
        assert reader.summary().state == "succeeded"
        assert reader.progress() == {}


def test_a_follower_is_told_only_of_what_changed(run):
    run.simple("a")
    with run.reader() as reader:
        eventually(lambda: reader.changed()[1] and reader.summary().counts == {"succeeded": 1})
        last, _ = reader.changed()
        run.simple("b")
        eventually(lambda: reader.changed(last)[0] > last)
        assert [task.id for task in reader.changed(last)[1]] == ["b"]
        assert [task.id for task in reader.made(1)] == ["b"]


def test_the_file_and_its_folder_are_for_their_owner_alone(run):
    run.simple("a")
    path = run.end()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_run_that_closes_without_its_end_is_kept_as_interrupted(run):
    run.simple("a")
    run.journal.close(SECONDS)
    with run.reader() as reader:
        assert reader.summary().state == "interrupted"


def test_the_end_is_written_before_the_journal_is_closed(run):
    run.simple("a")
    with run.reader() as reader:
        from treadle.core.run.records import RunEnded

        run.journal.hear(RunEnded(RunState.SUCCEEDED))
        eventually(lambda: reader.summary().state == "succeeded")
    assert run.journal.close(SECONDS, ["loop 'r' stopped at its bound"])
    with run.reader() as reader:
        assert list(reader.summary().warnings) == ["loop 'r' stopped at its bound"]
        assert reader.summary().state == "succeeded"


def test_closing_twice_is_harmless(run):
    run.end()
    assert run.journal.close(SECONDS)


KILLED = """
    import sys, threading
    from pathlib import Path
    from journals import InventedRun
    run = InventedRun(Path(sys.argv[1]))
    for number in range(1000):
        run.simple(f"fit[{number}]")
    run.make("slow")
    run.start("slow")
    with run.reader() as reader:
        while not (reader.summary().counts.get("succeeded") == 1000 and reader.summary().counts.get("running")):
            threading.Event().wait(0.02)
    print("written", flush=True)
    threading.Event().wait(60)
"""


def test_a_run_that_is_killed_reads_as_interrupted_with_all_that_was_written(tmp_path):
    support = next(path for path in sys.path if path.endswith("support"))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": support}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout.readline() == "written\n"
            (path,) = tmp_path.glob("*.sqlite")
            with RunReader(path) as reader:
                assert reader.summary().state == "running"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(SECONDS)
    with RunReader(path) as reader:
        assert reader.summary().state == "interrupted"
        assert reader.summary().counts == {"succeeded": 1000, "running": 1}
        assert reader.task("slow").state is TaskState.RUNNING


def test_a_journal_that_is_there_already_is_not_overwritten(run):
    run.simple("a")
    other = InventedRun(run.folder)
    assert "File exists" in other.warnings[0]
    with RunReader(run.end()) as reader:
        assert [task.id for task in reader.tasks()] == ["a"]


class Strange:
    def __str__(self):
        raise ValueError("it cannot be shown")


def test_names_that_no_database_takes_are_kept_as_far_as_it_can(run):
    run.make("fit", subject="half \ud800 and <script> and \0 nul")
    run.start("fit")
    previews = {"out": {"text": "\ud800", "object": object(), "strange": Strange()}}
    run.succeed("fit", previews=previews, peak_memory=2**70)
    run.log("fit", "half \udcff")
    with RunReader(run.end()) as reader:
        (task,) = reader.tasks(previews=True)
        assert task.state is TaskState.SUCCEEDED
        assert "<script>" in task.labels["subject"]
        assert "out" in task.previews
        assert reader.log("fit").lines == ("half \\udcff",)
    assert run.warnings == []


def test_ten_thousand_tasks_are_kept_while_the_interpreter_is_busy(run):
    over = threading.Event()

    def busy():
        while not over.is_set():
            sum(range(1000))

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for number in range(10_000):
            run.simple(f"fit[{number}]", item=str(number))
        path = run.end()
    finally:
        over.set()
        thread.join(SECONDS)
    with RunReader(path) as reader:
        assert reader.summary().counts == {"succeeded": 10_000}
        assert len({task.id for task in reader.tasks()}) == 10_000


def test_a_node_that_the_facts_do_not_name_is_kept_all_the_same(run):
    run.simple("x", node="extra")
    with RunReader(run.end()) as reader:
        assert reader.task("x").node == "extra"
        assert [node.id for node in reader.nodes()] == ["load", "fit", "extra"]


def test_hearing_is_cheap_enough_to_hold_only_what_is_needed(run):
    record = run.make("fit")
    run.start("fit")
    for _ in range(1000):
        run.journal.hear(TaskChanged(record))
        run.progress("fit", 0.5)
    assert len(run.journal._open) == 1
    assert len(run.journal._progress) <= 1
    assert len(run.journal._heard) <= 1


def test_a_reader_in_the_way_at_the_end_does_not_hold_up_the_run(run):
    run.simple("a")
    with run.reader() as reader:
        eventually(lambda: reader.tasks())
        other = sqlite3.connect(run.journal.path, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT * FROM run").fetchall()
        path = run.end()
        other.close()
    with RunReader(path) as reader:
        assert reader.summary().state == "succeeded"


def test_a_run_does_not_wait_for_a_slow_disk_once_all_is_written(run, monkeypatch):
    disk = threading.Event()
    finish = run.journal._store.finish
    monkeypatch.setattr(run.journal._store, "finish", lambda: (disk.wait(SECONDS), finish()))
    run.simple("a")
    assert run.journal.end(SECONDS, ["a warning"])
    with run.reader() as reader:
        assert reader.summary().counts == {"succeeded": 1}
        assert list(reader.summary().warnings) == ["a warning"]
    assert not run.journal.close(0.01)
    disk.set()
    assert run.journal.close(SECONDS)
    assert [entry.name for entry in run.folder.iterdir()] == [run.journal.path.name]
