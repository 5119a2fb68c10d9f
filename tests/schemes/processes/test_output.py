"""What tasks print, log and leave behind."""

from __future__ import annotations

import resource

from endings import gone

from treadle.core.scheme import Progressed
from treadle.core.worker.cut import cut_by


def test_what_python_c_and_children_print_is_told_of_the_right_task(rig):
    tasks = rig.submit(*[rig.call("print_everywhere", f"t{n}", word=f"w{n}") for n in range(20)])
    for task in tasks:
        rig.value(task)

    for number, task in enumerate(tasks):
        word = f"w{number}"
        assert sorted(rig.lines_of(task)) == sorted(
            [f"{kind} {word}" for kind in ("python", "error", "descriptor", "child", "unfinished")]
        )


def test_short_tasks_that_print_keep_their_lines_apart(rig):
    for _number in range(100):
        rig.run("print_bytes", data=b"")
    tasks = rig.submit(*[rig.call("print_bytes", f"p{n}", data=f"line {n}\n".encode()) for n in range(300)])
    for task in tasks:
        rig.value(task)

    assert [rig.lines_of(task) for task in tasks] == [[f"line {n}"] for n in range(300)]


def test_short_tasks_that_print_nothing_get_no_lines_of_those_that_do(rig):
    for _number in range(100):
        rig.run("print_bytes", data=b"")
    said = [f"line {n}\n" if n % 3 == 0 else "" for n in range(300)]
    tasks = rig.submit(*[rig.call("print_bytes", f"p{n}", data=text.encode()) for n, text in enumerate(said)])
    for task in tasks:
        rig.value(task)

    assert [rig.lines_of(task) for task in tasks] == [text.splitlines() for text in said]


def test_what_would_harm_a_terminal_is_made_harmless(rig):
    (task,) = rig.submit(rig.call("print_bytes", data=b"\x1b[31mred\x00\xff\nold\rnew\n\tkept\n"))
    rig.value(task)

    assert rig.lines_of(task) == ["\\x1b[31mred\\x00\ufffd", "new", "\tkept"]


def test_the_lines_of_a_killed_task_are_told_before_its_end(rig):
    (task,) = rig.submit(rig.call("print_bytes_and_crash", data=b"last words\n"))
    rig.cause(task)

    assert rig.lines_of(task) == ["last words"]


def test_a_gigabyte_of_output_costs_little_and_the_newest_is_kept(rig):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (task,) = rig.submit(rig.call("print_bytes", data=b"some line of text\n" * 58_000, times=1000))
    rig.value(task)
    lines = rig.lines_of(task)

    assert sum(map(len, lines)) < 1_000_000
    assert sum(cut_by(line) or 1 for line in lines) == 58_000_000
    assert lines[-1] == "some line of text"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_a_line_of_a_hundred_megabytes_is_cut(rig):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (task,) = rig.submit(rig.call("print_bytes", data=b"x" * 1_000_000, times=100))
    rig.value(task)

    assert sum(map(len, rig.lines_of(task))) < 1_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_progress_is_told_seldom_but_its_last_word_always(rig):
    (task,) = rig.submit(rig.call("log_and_progress", word="w"))
    rig.value(task)
    progress = [report for report in rig.seen if isinstance(report, Progressed)]

    assert len(progress) < 20
    assert (progress[-1].fraction, progress[-1].text) == (1.0, "w done")
    assert rig.lines_of(task) == ["w logged"]


def test_a_task_that_changes_its_process_harms_no_other(make_rig):
    rig = make_rig(workers=1)
    before = rig.run("surroundings")

    rig.run("change_everything")

    assert rig.run("surroundings") == before


def test_files_left_in_the_working_directory_are_removed(make_rig):
    rig = make_rig(workers=1)

    assert [rig.run("leave_a_file") for _ in range(3)] == [[], [], []]


def test_a_child_that_returns_from_the_module_does_not_answer(make_rig):
    rig = make_rig(workers=1)

    assert [rig.run("fork_and_return") for _ in range(5)] == [7] * 5
    assert rig.run("add", a=1) == 2


def test_time_and_memory_are_measured_per_task(make_rig):
    rig = make_rig(workers=1)
    large, small = rig.submit(rig.call("allocate", megabytes=200), rig.call("busy", seconds=0.05))
    rig.value(large), rig.value(small)

    assert rig.over[large].peak_memory > 200 << 20
    assert 0 < rig.over[small].peak_memory < 150 << 20
    assert rig.over[small].seconds >= 0.05
    assert rig.over[small].cpu_seconds > 0.005


def test_numeric_libraries_have_one_thread_per_worker(rig, monkeypatch):
    assert rig.run("threads_allowed") == "1"


def test_short_tasks_raise_the_capacity_and_long_ones_lower_it(make_rig):
    rig = make_rig(workers=2)
    for _ in range(20):
        rig.run("add", a=1)
    short = rig.slots
    for _ in range(10):
        rig.run("busy", seconds=0.05)

    assert short > 10
    assert rig.slots == 2


def test_a_process_that_a_task_leaves_is_ended_and_named(rig, signals):
    (task,) = rig.submit(rig.call("daemon", file=signals.path))
    rig.value(task)

    assert gone(int(signals.word()))
    assert any("ended a process that the task left: " in line for line in rig.lines_of(task))
