"""The lines of tasks: the newest are kept, memory and disk are bounded, what is cut is counted."""

from __future__ import annotations

from journals import InventedRun

from treadle.core.journal.lines import MAX_TASK, WaitingLines
from treadle.core.journal.reader import RunReader
from treadle.core.worker.cut import mark_of


def kept(run, task="fit"):
    with RunReader(run.end()) as reader:
        return reader.log(task)


def test_lines_are_kept_in_order_for_each_task(tmp_path):
    run = InventedRun(tmp_path)
    for task in ("fit", "load"):
        run.make(task)
    for number in range(100):
        run.log("fit", f"fit {number}")
        run.log("load", f"load {number}")
    with RunReader(run.end()) as reader:
        assert reader.log("fit").lines == tuple(f"fit {number}" for number in range(100))
        assert reader.log("load").lines[-1] == "load 99"
        assert reader.log("fit").cut == 0
        assert reader.logged() == ["fit", "load"]


def test_empty_lines_and_line_ends_inside_lines_do_not_shift_the_others(tmp_path):
    run = InventedRun(tmp_path)
    run.make("fit")
    for line in ("", "a\nb", ""):
        run.log("fit", line)
    assert kept(run).lines == ("", "a b", "")


def test_of_too_many_lines_the_newest_are_kept_and_the_cut_is_counted(tmp_path):
    run = InventedRun(tmp_path)
    run.make("fit")
    count = 20_000
    for number in range(count):
        run.log("fit", f"line {number} " + "x" * 90)
    log = kept(run)
    assert log.lines[-1].startswith(f"line {count - 1} ")
    assert len(log.lines) + log.cut == count
    assert log.lines[0].startswith(f"line {log.gaps.get(0, 0)} ")
    assert MAX_TASK / 4 < sum(map(len, log.lines)) <= MAX_TASK


def test_the_disk_is_bounded_over_many_writes_too(tmp_path):
    from treadle.core.journal.facts import RunFacts
    from treadle.core.journal.lines import Piece
    from treadle.core.journal.store import Heard, Store
    from treadle.core.run.records import TaskRecord

    store = Store(tmp_path / "a.sqlite", "a", RunFacts("demo"), "")
    store.write(Heard(made=[TaskRecord("fit", "fit", {})]))
    for number in range(100):
        store.write(Heard(lines=[Piece("fit", f"{number} " + "x" * 50_000, 1, 2)]))
    store.finish()
    with RunReader(tmp_path / "a.sqlite") as reader:
        log = reader.log("fit")
    assert log.lines[-1].startswith("99 ")
    assert log.marked()[0].startswith("… 28")
    assert log.marked()[2] == "… 2 lines cut …"
    assert 200_000 < sum(map(len, log.lines)) <= MAX_TASK
    assert len(log.lines) + log.cut == 300


def test_one_line_of_a_hundred_megabytes_keeps_its_end():
    lines = WaitingLines()
    lines.add("fit", "x" * 100_000_000 + "end")
    (piece,) = lines.take()
    assert piece.text.endswith("end")
    assert len(piece.text) <= MAX_TASK


def test_all_that_waits_is_bounded_over_all_tasks():
    lines = WaitingLines(max_task=1000, max_all=10_000)
    for task in range(100):
        for _ in range(20):
            lines.add(f"task {task}", "x" * 100)
    pieces = lines.take()
    assert sum(len(piece.text) for piece in pieces) < 10_000
    assert sum(piece.lines + piece.cut for piece in pieces) == 2000
    assert lines.take() == []


def test_a_million_empty_lines_are_bounded_in_memory():
    lines = WaitingLines()
    for _ in range(100_000):
        lines.add("fit", "")
    assert sum(piece.lines for piece in lines.take()) <= MAX_TASK / 64


def test_lines_that_were_cut_before_they_were_heard_count_for_what_they_stand_for(tmp_path):
    run = InventedRun(tmp_path)
    run.make("fit")
    for burst in range(30):
        run.log("fit", mark_of(1000))
        for number in range(1000):
            run.log("fit", f"line {number} of burst {burst}")
    log = kept(run)
    assert len(log.lines) + log.cut == 30 * 2000
    assert not any("cut" in line for line in log.lines)
    assert log.lines[-1] == "line 999 of burst 29"
    assert log.marked().count(mark_of(1000)) >= 3


def test_of_a_line_that_is_too_long_it_is_told_how_much_was_cut():
    lines = WaitingLines()
    lines.add("fit", "x" * 1_000_000)
    (piece,) = lines.take()
    told, shown = piece.text.removeprefix("… ").split(" characters cut … ")
    assert int(told) + len(shown) == 1_000_000
