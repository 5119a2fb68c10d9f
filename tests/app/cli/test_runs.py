"""`treadle runs`: lists, shows, follows, compares, reports, cancels and removes what the journals hold."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode

import pytest
from journals import BOOM, NODES, SECONDS, InventedRun, eventually

from treadle.core.journal.control import ControlServer
from treadle.core.journal.facts import NodeFacts
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder
from treadle.core.run.records import Missing, RunEnded
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.failures import Cause

FIRST, SECOND = "2026-01-02-0304-demo-aaaa", "2026-01-03-0304-demo-bbbb"
DAY = 86_400.0


def invented(run_id=FIRST, age_days=0.0, **facts):
    return InventedRun(runs_folder(), run_id, started=time.time() - age_days * DAY, **facts)


def finished(run_id=FIRST, age_days=0.0, *, fails=False, **facts):
    run = invented(run_id, age_days, **facts)
    run.simple("load", node="load")
    for number in range(3):
        run.simple(f"fit[{number}]", subject=f"sub-0{number}")
    if fails:
        run.make("fit[3]", subject="sub-03")
        run.start("fit[3]", worker="worker 2")
        run.retry("fit[3]")
        run.start("fit[3]", worker="worker 3")
        run.log("fit[3]", "the last words")
        run.fail("fit[3]")
    run.end(RunState.FAILED if fails else RunState.SUCCEEDED)


# list


def test_without_a_run_the_list_says_what_makes_one(treadle):
    assert "No run was kept so far" in treadle("runs").out
    assert treadle("runs", "list").code == 0


def test_runs_are_listed_newest_first_each_in_a_line(treadle):
    finished(FIRST, age_days=1)
    finished(SECOND, fails=True)
    lines = treadle("runs", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == [SECOND, FIRST]
    assert "failed" in lines[0]
    assert "5 tasks: 4 succeeded, 1 failed" in lines[0]
    assert "4 tasks" in lines[1]


def test_the_list_can_be_had_as_a_document(treadle):
    finished()
    (run,) = treadle("runs", "list", "--json").json
    assert (run["run"], run["state"], run["tasks"]) == (FIRST, "succeeded", {"succeeded": 4})


def test_a_journal_that_cannot_be_read_is_listed_with_the_reason(treadle):
    finished()
    (runs_folder() / "broken.sqlite").write_bytes(b"nonsense" * 1000)
    done = treadle("runs", "list")
    assert done.code == 0
    assert "✗ broken cannot be read: this journal is damaged" in done.out


# show


def test_show_tells_of_the_run_its_nodes_and_its_failures(treadle):
    finished(fails=True)
    done = treadle("runs", "show", "last")
    assert done.code == 0
    for told in (FIRST, "Failed in", "load", "fit", "4 tasks: 3 succeeded, 1 failed", "boom", "--task 'fit[3]'"):
        assert told in done.out, told


def test_show_tells_of_one_task_all_that_is_known(treadle):
    finished(fails=True)
    out = treadle("runs", "show", "last", "--task", "fit[3]").out
    for told in ("fit (subject sub-03)", "Failed in 0.1 s", "worker 3, process 42", "exception: boom",
                 "ValueError: boom", "Attempt 1 on worker 2: boom", "the last words",
                 "processes: a slot was free"):  # fmt: skip
        assert told in out, told


def test_show_can_be_had_as_documents(treadle):
    finished(fails=True)
    run = treadle("runs", "show", "last", "--json").json
    assert [node["node"] for node in run["nodes"]] == ["load", "fit"]
    assert run["failures"][0]["cause"]["message"] == "boom"
    task = treadle("runs", "show", "last", "--task", "fit[3]", "--json").json
    assert (task["attempts"], task["log"]) == (2, ["the last words"])
    assert task["earlier"][0]["worker"] == "worker 2"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "2026-01-02-0304-demo-aaab"], f"Did you mean '{FIRST}'"),
        (["show", "last", "--task", "fit[9]"], "Did you mean 'fit["),
        (["shwo", "last"], "there is no command 'shwo'. Did you mean 'show'?"),
        (["show"], "RUN"),
        (["show", "last", "--jsno"], "Did you mean '--json'?"),
        (["gc", "--keep", "-1"], "whole number"),
        (["report", "last", "-o", "/dev/null/r.html"], "the report cannot be written"),
        (["compare", "last"], "B"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_was_meant(treadle, arguments, told):
    finished()
    done = treadle("runs", *arguments)
    assert done.code == 2
    assert told in done.err
    assert done.err.count("\n") == 1


def test_the_list_fits_a_terminal(terminal):
    finished(FIRST)
    finished(SECOND, fails=True)
    shown = terminal("runs", columns=80).out.splitlines()
    lines = [re.sub(r"\x1b\[\d*m", "", line) for line in shown]
    assert max(map(len, lines)) <= 80
    assert [line.split()[:2] for line in lines] == [[SECOND, "failed"], [FIRST, "succeeded"]]
    began = re.compile(r"  \d{4}-\d\d-\d\d \d\d:\d\d  ")
    assert not any(map(began.search, lines))
    assert all(map(began.search, terminal("runs", columns=120).out.splitlines()))


def test_a_beginning_of_an_id_is_enough_where_it_is_of_one_run(treadle):
    finished(FIRST)
    finished(SECOND)
    assert treadle("runs", "show", "2026-01-03").out.startswith(SECOND)
    assert "2 runs begin with" in treadle("runs", "show", "2026").err


def test_names_that_would_write_to_the_terminal_are_shown_as_text(treadle):
    finished(name="\x1b[2Jclear \u202e", file="\x07bell", scheme="\x1b]0;title\x07")
    for arguments in (["list"], ["show", "last"], ["show", "last", "--json"], ["compare", "last", "last"]):
        out = treadle("runs", *arguments).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\x07" not in out


def test_show_tells_what_a_task_gave_and_what_it_lacked(treadle):
    run = invented()
    run.make("total", node="fit")
    run.start("total", scheme="ipython", worker="engine 3")
    missing = (Missing({"subject": "sub-02"}, Cause("exception", "no such file")),)
    previews = {"out": {"type": "numpy.ndarray", "shape": [3, 4], "dtype": "float32"}, "count": 7}
    run.succeed("total", missing=missing, previews=previews, bytes_in=10, bytes_out=2_000_000)
    run.make("late", node="fit")
    run.change("late", TaskState.SKIPPED, cause=Cause("upstream", "total gave nothing", task="total"))
    run.end(RunState.SUCCEEDED_WITH_FAILURES, warnings=["loop 'r' stopped at its bound"])
    out = treadle("runs", "show", "last", "--task", "total").out
    for told in ("Succeeded in 0.5 s", "engine 3, process 42", "out: numpy.ndarray 3×4 float32", "count: 7",
                 "Missing subject sub-02: no such file", "peak memory 50 MB, in 10 bytes, out 2.0 MB"):  # fmt: skip
        assert told in out, told
    out = treadle("runs", "show", "last", "--task", "late").out
    assert "Skipped\n✗ upstream: total gave nothing\n  It began with total\n" in out
    assert "! loop 'r' stopped at its bound" in treadle("runs", "show", "last").out


def test_pictures_are_told_of_and_their_data_comes_only_if_it_is_asked_for(treadle):
    run = invented()
    run.make("plot")
    run.start("plot")
    url = f"data:image/png;base64,{b64encode(bytes(1000)).decode()}"
    run.succeed("plot", previews={"out": {"type": "Figure", "picture": url}, "count": {"type": "int", "text": "7"}})
    run.end(RunState.SUCCEEDED)
    show = "runs", "show", "last", "--task", "plot"
    told = treadle(*show, "--json").json["previews"]
    assert told["out"] == {"type": "Figure", "picture": {"type": "image/png", "bytes": 1000}}
    assert told["count"] == {"type": "int", "text": "7"}
    assert treadle(*show, "--json", "--pictures").json["previews"]["out"]["picture"] == url
    assert "out: Figure, with a picture of 1.0 kB\n" in treadle(*show).out
    refused = treadle(*show, "--pictures")
    assert (refused.code, refused.err[:46]) == (2, "treadle: --pictures adds to --task TASK --json")


def test_of_many_failures_the_first_are_shown_and_the_others_counted(treadle):
    run = invented()
    for number in range(25):
        run.make(f"fit[{number}]")
        run.start(f"fit[{number}]")
        run.fail(f"fit[{number}]")
    run.end(RunState.FAILED)
    out = treadle("runs", "show", "last").out
    assert out.count("✗") == 10
    assert "… and 15 more failures" in out


def test_many_tasks_that_ended_otherwise_are_counted(treadle):
    for run_id, ending in ((FIRST, "succeed"), (SECOND, "fail")):
        run = invented(run_id)
        for number in range(25):
            run.make(f"fit[{number}]")
            run.start(f"fit[{number}]")
            getattr(run, ending)(f"fit[{number}]")
        run.end()
    assert "… and 15 more tasks" in treadle("runs", "compare", FIRST, SECOND).out


# report


def test_a_report_is_written_where_it_is_asked_for_or_under_the_id(treadle, tmp_path, monkeypatch):
    finished()
    monkeypatch.chdir(tmp_path)
    assert treadle("runs", "report", "last", "-o", "r.html").out == "Written to r.html\n"
    assert treadle("runs", "report", "last").out == f"Written to {FIRST}.html\n"
    assert treadle("runs", "report", "last", "-o", "new/folder/r.html").out == "Written to new/folder/r.html\n"
    assert (tmp_path / "new" / "folder" / "r.html").read_text() == (tmp_path / "r.html").read_text()
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")


# compare


def test_runs_that_are_alike_are_said_to_be(treadle):
    finished(FIRST)
    finished(SECOND)
    assert "They were asked for alike, and ended alike" in treadle("runs", "compare", FIRST, SECOND).out


def test_what_differs_between_runs_is_told(treadle):
    finished(FIRST, options={"order": "fifo"}, versions={"numpy": "1.26"})
    fit = NodeFacts("fit", "Fit", "demo:fit", 4, 1.5, {"sigma": {"value": 3.0}, "mode": {"value": 1}}, ("load",))
    nodes = (NODES[0], fit, NodeFacts("extra"))
    finished(SECOND, fails=True, options={"order": "lifo"}, versions={"numpy": "2.0"}, nodes=nodes)
    out = treadle("runs", "compare", FIRST, SECOND).out
    words = [" ".join(line.split()) for line in out.splitlines()]
    for told in ("order fifo → lifo", "numpy 1.26 → 2.0", "fit.sigma 2.0 → 3.0", "fit.mode (default) → 1",
                 "fit.(cores) 2 → 4", "+ extra", "fit[3] (nothing) → failed", "load 0.5 s → 0.5 s × 1.00"):  # fmt: skip
        assert told in words, told
    found = treadle("runs", "compare", FIRST, SECOND, "--json").json
    assert found["parameters"]["fit.sigma"] == [{"value": 2.0}, {"value": 3.0}]


def test_a_run_is_not_compared_by_times_that_it_did_not_take(treadle, workspace):
    file = workspace.single("def step() -> int:\n    return 1\n")
    for _ in range(2):
        assert treadle("run", file).code == 0
    ids = [run["run"] for run in treadle("runs", "list", "--json").json]
    out = treadle("runs", "compare", *ids).out
    assert "succeeded" in out
    assert "Mean time" not in out


def test_a_worker_that_is_called_by_its_process_is_told_once(treadle, workspace):
    treadle("run", workspace.single("def step() -> int:\n    return 1\n"))
    (place,) = [line for line in treadle("runs", "show", "last", "--task", "step").out.splitlines() if "Where" in line]
    assert re.fullmatch(r"Where: process \d+", place)


# gc


def test_old_runs_are_removed_and_the_newest_kept(treadle):
    finished(FIRST, age_days=10)
    finished(SECOND)
    assert f"Would remove {FIRST}" in treadle("runs", "gc", "--keep", "1", "--dry-run").out
    assert len(list(runs_folder().iterdir())) == 2
    done = treadle("runs", "gc", "--older-than", "5")
    assert f"Removed {FIRST}\n1 run, " in done.out
    assert [path.stem for path in runs_folder().iterdir()] == [SECOND]


def test_without_a_word_only_what_is_beyond_a_hundred_goes(treadle):
    finished(FIRST, age_days=1000)
    assert treadle("runs", "gc").out == "0 runs, 0 bytes freed; 1 left\n"


def test_damaged_journals_are_removed_once_nobody_writes_to_them(treadle):
    finished()
    broken = runs_folder() / "broken.sqlite"
    broken.write_bytes(b"nonsense" * 1000)
    assert treadle("runs", "gc").out.endswith("; 1 left\n")
    os.utime(broken, (1, 1))
    assert "To remove what is damaged: treadle runs gc" in treadle("runs", "show", "broken").err
    assert "Would remove broken, which is damaged\n1 run, 8.0 kB" in treadle("runs", "gc", "--dry-run").out
    assert treadle("runs", "gc").out.startswith("Removed broken, which is damaged\n1 run, 8.0 kB freed; 1 left")
    assert [path.stem for path in runs_folder().iterdir()] == [FIRST]


# cancel and follow


def test_a_live_run_is_asked_to_end(treadle):
    asked = threading.Event()
    server = ControlServer(runs_folder(), FIRST, {"cancel": asked.set})
    from treadle.core.journal.facts import RunFacts
    from treadle.core.journal.writer import Journal

    journal = Journal(runs_folder(), FIRST, RunFacts("demo"), socket=server.path)
    eventually(lambda: list_runs(runs_folder()).readable)
    try:
        done = treadle("runs", "cancel", "last")
        assert done.code == 0
        assert f"Asked {FIRST} to end" in done.out
        assert asked.is_set()
    finally:
        server.close()
        journal.close(SECONDS)


def test_a_run_that_is_over_or_does_not_listen_cannot_be_cancelled(treadle):
    run = invented()
    assert f"kill -INT {os.getpid()}" in treadle("runs", "cancel", "last").err
    run.end()
    done = treadle("runs", "cancel", "last")
    assert done.code == 2
    assert "it is over: succeeded" in done.err


def test_a_run_that_is_over_is_followed_to_its_end_at_once(treadle):
    finished(fails=True)
    done = treadle("runs", "follow", "last")
    assert done.code == 1
    lines = done.out.splitlines()
    assert "load: succeeded in 0.5 s" in lines
    assert "fit (subject sub-03): failed: boom" in lines
    assert lines[-1].startswith("Failed in")


def test_a_live_run_is_followed_until_it_ends(treadle):
    run = invented()
    run.make("fit")
    run.start("fit")

    def go_on():
        eventually(lambda: not run.journal._made)
        run.retry("fit", BOOM)
        with run.reader() as reader:
            eventually(lambda: reader.attempts("fit"))
        run.start("fit")
        run.succeed("fit")
        run.end()

    thread = threading.Thread(target=go_on)
    thread.start()
    done = treadle("runs", "follow", "last")
    thread.join(SECONDS)
    assert done.code == 0
    assert "fit: succeeded in 0.5 s" in done.out
    assert done.out.splitlines()[-1].startswith("Succeeded in")


def test_on_a_terminal_a_bar_for_each_node_is_shown(terminal):
    finished(fails=True)
    shown = terminal("runs", "follow", "last")
    assert shown.code == 1
    assert "load" in shown.out
    assert "4/4" in shown.out
    assert "1 failed" in shown.out


def test_an_interrupt_ends_the_following_and_not_the_run():
    run = invented()
    run.simple("load", node="load")
    command = [sys.executable, "-m", "treadle", "runs", "follow", "last"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("load: succeeded")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert told == f"treadle: {FIRST} goes on; to end it: treadle runs cancel {FIRST}\n"
    run.end()


def test_a_run_whose_process_died_is_told_when_it_is_followed(treadle, monkeypatch):
    run = invented()
    run.simple("load", node="load")
    eventually(lambda: not run.journal._heard)
    monkeypatch.setattr("treadle.core.journal.owners.Owner.lives", lambda _self, _heard: False)
    with run.reader() as reader:
        eventually(lambda: reader.summary().counts)
    done = treadle("runs", "follow", "last")
    assert done.code == 1
    assert "Interrupted after" in done.out
    assert "Its process ended before the run did" in done.out
    run.journal.hear(RunEnded(RunState.SUCCEEDED))
    run.journal.close(SECONDS)


def test_the_states_of_tasks_are_told_in_one_order():
    from treadle.app.cli.runs_text import counts_text

    counts = {state.value: 1 for state in TaskState}
    assert counts_text(counts).startswith("9 tasks: 1 succeeded, 1 cached, 1 failed")
