"""What calls print, log and tell of themselves."""

from __future__ import annotations

import resource
import select

import pytest

from treadle.core.scheme import Began, Logged, Progressed
from treadle.core.worker.cut import cut_by

SECONDS = 20.0


def test_what_python_prints_belongs_to_the_call_whose_thread_prints_it(make_rig):
    rig = make_rig(workers=4)
    tasks = rig.submit(*[rig.call("print_everywhere", f"t{n}", word=f"w{n}") for n in range(50)])
    for task in tasks:
        rig.ended(task)

    for number, task in enumerate(tasks):
        word = f"w{number}"
        assert sorted(rig.lines_of(task)) == sorted(
            f"{kind} {word}" for kind in ("python", "error", "bytes", "unfinished")
        )


def test_what_c_code_and_children_print_belongs_to_the_call_that_ran(make_rig):
    rig = make_rig(workers=1)
    tasks = rig.submit(*[rig.call("print_past_python", f"t{n}", word=f"w{n}") for n in range(5)])
    for task in tasks:
        rig.ended(task)

    for number, task in enumerate(tasks):
        word = f"w{number}"
        assert sorted(rig.lines_of(task)) == [f"c {word}", f"child {word}", f"descriptor {word}"]


def test_what_is_printed_past_python_is_told_of_all_calls_that_run(rig, words, gate):
    rig.start("wait_at", "silent", gate=gate.path, file=words.path, word="silent")
    words.word()
    rig.start("print_past_python_and_wait", "loud", gate=gate.path, file=words.path, word="word")
    words.word()

    rig.until(lambda: rig.lines_of("silent") and rig.lines_of("loud"))
    gate.open(2)
    rig.ended("silent"), rig.ended("loud")

    assert rig.lines_of("silent") == rig.lines_of("loud") == ["word"]


@pytest.mark.parametrize("deed", ["print_and_wait", "print_past_python_and_wait"])
def test_lines_are_told_while_the_call_runs(rig, words, gate, deed):
    task = rig.start(deed, gate=gate.path, file=words.path, word="hello")
    words.word()

    rig.until(lambda: rig.lines_of(task) == ["hello"])

    gate.open(1)
    rig.ended(task)
    assert rig.lines_of(task) == ["hello"]


def test_a_long_call_is_told_to_have_begun_though_its_kind_is_known_as_short(rig, words):
    for _ in range(20):
        rig.run("wait_or_add", file=words.path, number=1, long=-1)
    task = rig.start("wait_or_add", file=words.path, number=2, long=2)

    rig.until(lambda: [report for report in rig.seen if isinstance(report, Began) and report.task == task])


def test_what_would_harm_a_terminal_is_made_harmless(rig):
    task = rig.start("print_bytes", data=b"\x1b[31mred\x00\xff\nold\rnew\n\tkept\n")
    rig.ended(task)

    assert rig.lines_of(task) == ["\\x1b[31mred\\x00\ufffd", "new", "\tkept"]


def test_much_output_costs_little_and_the_newest_is_kept(rig):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    task = rig.start("print_much", lines=50_000, times=200)
    rig.ended(task)
    lines = rig.lines_of(task)

    assert sum(map(len, lines)) < 1_000_000
    assert sum(cut_by(line) or 1 for line in lines) == 10_000_000
    assert lines[-1] == "some line of text"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_progress_is_told_seldom_but_its_last_word_always(rig):
    task = rig.start("log_and_progress", word="w")
    rig.ended(task)
    progress = [report for report in rig.seen if isinstance(report, Progressed)]

    assert len(progress) < 20
    assert (progress[-1].fraction, progress[-1].text) == (1.0, "w done")
    assert rig.lines_of(task) == ["w logged"]


def test_lines_come_before_the_end_of_their_call(rig):
    task = rig.start("print_past_python", word="w")
    rig.ended(task)

    assert not isinstance(rig.seen[-1], Logged)
    assert len(rig.lines_of(task)) == 3


def test_lines_that_are_read_after_the_answer_of_their_call_are_told_before_its_end(rig):
    rig.run("add", a=1)
    dispatcher = rig.scheme._dispatcher
    with rig.scheme._lock:
        task = rig.start("print_past_python", word="w")
        host = dispatcher.fleet.main
        # Its output comes first; nobody has read it yet.
        while host.jobs:
            assert select.select([host.ours], [], [], SECONDS)[0]
            dispatcher._hear(host)
    rig.ended(task)

    assert sorted(rig.lines_of(task)) == ["c w", "child w", "descriptor w"]


def test_a_child_that_returns_from_the_module_does_not_answer(rig):
    assert [rig.run("fork_and_return") for _ in range(5)] == [7] * 5
    assert rig.run("add", a=1) == 2


def test_time_is_that_of_the_call_and_memory_that_of_the_host(rig):
    busy, large = rig.start("busy", seconds=0.05), rig.start("allocate", megabytes=100)
    rig.ended(busy), rig.ended(large)

    assert rig.ended(busy).cpu_seconds >= 0.05
    assert rig.ended(busy).seconds >= 0.05
    assert rig.ended(large).peak_memory > 100 << 20


def test_of_calls_that_are_lost_the_peak_memory_of_their_host_is_told(rig):
    task = rig.start("allocate_and_die", megabytes=100)

    assert rig.ended(task).lost
    assert rig.ended(task).peak_memory > 100 << 20


@pytest.mark.parametrize(("workers", "share"), [(1, 4), (2, 2), (4, 1), (8, 1)])
def test_all_threads_together_use_the_cores_once_in_numeric_libraries(make_rig, monkeypatch, workers, share):
    from treadle.schemes.threads import scheme

    monkeypatch.setattr(scheme, "cores", lambda: 4)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    assert make_rig(workers=workers).run("threads_allowed") == str(share)


def test_what_the_user_says_of_numeric_libraries_counts(make_rig, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")

    assert make_rig(workers=2).run("threads_allowed") == "3"


def test_short_calls_raise_the_capacity_and_long_ones_lower_it(rig):
    for _ in range(20):
        rig.run("add", a=1)
    short = rig.slots
    for _ in range(15):
        rig.run("busy", seconds=0.04)

    assert short > 20
    assert rig.slots == 2


def test_a_file_in_scratch_is_kept(rig):
    assert rig.run("leave_a_file").read_text() == "x"
