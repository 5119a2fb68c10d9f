"""What a connection tells of its values comes from what the run told."""

from __future__ import annotations

import pytest
from windows import row, told

from treadle.app.window.runs.value_facts import ValueFacts
from treadle.core import protocol as p
from treadle.core.edits import apply, group_nodes

IMAGE = {"type": "numpy.ndarray", "shape": [64, 64], "dtype": "float64"}


@pytest.fixture
def facts(runs):
    return ValueFacts(runs)


def of(facts):
    return facts.of((), "first.out", "second.a")


def test_before_a_run_nothing_is_said(facts, runs, start, bridge):
    assert of(facts) == []
    start(runs)
    bridge.news.emit(told("r1", row("first", "running")))
    assert of(facts) == []
    assert not bridge.requests(p.AskTask)


def test_type_shape_size_and_time_on_the_way_are_told(facts, runs, start, bridge, qtbot):
    start(runs)
    first = row("first", "succeeded", bytes_out=2_000_000)
    bridge.news.emit(told("r1", first, row("second", "running", dispatched=1.0, began=1.05)))
    assert of(facts) == ["Handed over and begun in 50 ms"]
    with qtbot.waitSignal(facts.told):
        bridge.answer(p.AskTask, p.TaskDetails(task="first", previews={"out": IMAGE}))
    assert of(facts) == ["array, 64 × 64, float64", "2.0 MB", "Handed over and begun in 50 ms"]
    assert not bridge.requests(p.AskTask)


def test_of_a_mapped_node_all_its_values_are_told_together(facts, runs, start, bridge):
    start(runs)
    made = [row(f"first[{n}]", "succeeded", bytes_out=1000) for n in range(3)]
    waited = [row(f"second[{n}]", "succeeded", dispatched=0.0, began=0.01 * n) for n in (1, 3)]
    bridge.news.emit(told("r1", *made, row("first[3]", "running"), *waited))
    of(facts)
    bridge.answer(p.AskTask, p.TaskDetails(task="first[0]", previews={"out": IMAGE}))
    assert of(facts) == [
        "3 of 4 values made", "For example array, 64 × 64, float64", "3.0 kB in all",
        "Handed over and begun in 20 ms on average, 30 ms at most",
    ]  # fmt: skip


def test_how_much_one_of_several_outputs_takes_is_not_guessed(facts, runs, start, bridge):
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded", bytes_out=1000)))
    of(facts)
    bridge.answer(p.AskTask, p.TaskDetails(task="first", previews={"out": IMAGE, "other": {"type": "int"}}))
    assert of(facts) == ["array, 64 × 64, float64"]


def test_what_comes_out_of_a_group_is_what_the_node_in_it_made(facts, runs, start, bridge):
    apply(runs.document.pipeline, group_nodes(runs.document.pipeline, ["first"], "both"))
    (port,) = runs.document.pipeline.nodes["both"].group.outputs
    start(runs)
    bridge.news.emit(told("r1", row("both/first", "succeeded", bytes_out=1000)))
    facts.of((), f"both.{port}", "second.a")
    bridge.answer(p.AskTask, p.TaskDetails(task="both/first", previews={"out": IMAGE}))
    assert facts.of((), f"both.{port}", "second.a") == ["array, 64 × 64, float64", "1.0 kB"]
    assert facts.of(("both",), "first.out", "later.x") == ["array, 64 × 64, float64", "1.0 kB"]


def test_a_new_run_is_asked_anew(facts, runs, start, bridge):
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded")))
    of(facts)
    bridge.answer(p.AskTask, p.TaskDetails(task="first", previews={"out": IMAGE}))
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    start(runs, "r2")
    bridge.news.emit(told("r2", row("first", "succeeded")))
    assert of(facts) == []
    assert bridge.requests(p.AskTask)
