"""How a node is mapped: what it is handed, what steps together, what loops."""

from __future__ import annotations

import pytest
from inspecting import node, settle
from panels import ADD
from PyQt6.QtTest import QTest

from treadle.core.modules import Module, Port
from treadle.core.pipeline import Each, Fold, Join, Node, Repeat, Sweep, Zip

MS = 5_000


def test_a_connection_hands_over_items_or_a_list(shown, document, qapp):
    panel = shown("load")
    hand = panel.mapping.hands["path"]
    assert hand.way.currentText() == "item by item"
    panel.sections["mapping"].open()
    QTest.keyClicks(hand.axis, "subject")
    assert document.pipeline.connections["load.path"].each == Each("subject")
    hand.way.activated.emit(2)
    settle(qapp)
    assert document.pipeline.connections["load.path"].join == Join()
    hand.skip.click()
    hand.labels.click()
    QTest.keyClicks(hand.axis, "a, b")
    assert document.pipeline.connections["load.path"].join == Join(("a", "b"), "skip", False, True)
    hand.way.activated.emit(0)
    assert document.pipeline.connections["load.path"].direct


def test_how_often_a_node_runs_is_told_in_a_sentence(shown, qtbot):
    panel = shown("smooth")
    qtbot.waitUntil(lambda: "Runs once for each item of" in panel.mapping.sentence.text(), timeout=MS)
    shown("add")
    qtbot.waitUntil(lambda: panel.mapping.sentence.text() == "Runs once.", timeout=MS)


def test_the_sentence_tells_the_number_of_tasks(shown, document, runs, qtbot):
    document.pipeline.nodes["add"] = Node(module=ADD.path, sweeps={"a": Sweep((1.0, 2.0, 3.0))}, params={"b": 1.0})
    panel = shown("add")
    qtbot.waitUntil(lambda: panel.mapping.sentence.text().endswith("value of a (3): 3 tasks."), timeout=MS)


def test_lists_step_together(shown, document, qapp):
    document.pipeline.nodes["add"] = Node(
        module=ADD.path, sweeps={"a": Sweep((1.0, 2.0)), "b": Sweep((3.0, 4.0))}, params={}
    )
    panel = shown("add")
    group = panel.mapping.stepping.groups[0]
    for box in group.boxes.values():
        box.click()
    assert node(document, "add").zips == (Zip(("a", "b")),)
    settle(qapp)
    QTest.keyClicks(group.axis, "pair")
    assert node(document, "add").zips == (Zip(("a", "b"), "pair"),)


def test_a_node_folds_or_repeats(shown, document, qapp):
    panel = shown("add")
    loops = panel.mapping.loops
    loops.way.activated.emit(1)
    settle(qapp)
    assert node(document, "add").fold == Fold("a")
    assert "“out” of one becomes “a” of the next" in loops.told.text()
    loops.port.setCurrentIndex(1)
    loops.port.activated.emit(1)
    assert node(document, "add").fold == Fold("b")
    loops.way.activated.emit(2)
    settle(qapp)
    loops.bound.setValue(5)
    assert node(document, "add").repeat == Repeat({"a": "out"}, "out", 5)
    loops.way.activated.emit(0)
    assert node(document, "add").fold is node(document, "add").repeat is None


@pytest.mark.parametrize("name", ["x" * 101, "a\u202eb"])
def test_an_axis_that_cannot_be_called_so_is_refused(shown, document, qapp, name):
    document.pipeline.nodes["add"] = Node(
        module=ADD.path, sweeps={"a": Sweep((1.0,)), "b": Sweep((3.0,))}, zips=(Zip(("a", "b")),), fold=Fold("a")
    )
    panel = shown("add")
    for line, fault in (
        (panel.mapping.stepping.groups[0].axis, panel.mapping.stepping.groups[0].fault),
        (panel.mapping.loops.axis, panel.mapping.loops.fault),
    ):
        line.setText(name)
        line.textEdited.emit(name)
        assert fault.text().startswith("The name ")
    assert node(document, "add").zips == (Zip(("a", "b")),)
    shown("load")
    hand = panel.mapping.hands["path"]
    hand.axis.setText(name)
    hand.axis.textEdited.emit(name)
    assert hand.fault.text().startswith("The name ")
    assert document.pipeline.connections["load.path"].each == Each()


FOUR = Module(
    path="demo:four",
    inputs=tuple(Port(name=name, type="float") for name in "abcd"),
    outputs=(Port(name="out", type="float"), Port(name="more", type="bool")),
)


@pytest.fixture
def four(document, shown):
    """Return a function that shows a node of four inputs, all of them swept."""
    document.pipeline.modules[FOUR.path] = FOUR

    def show(**facts):
        swept = {name: Sweep((1.0, 2.0)) for name in "abcd"}
        document.pipeline.nodes["four"] = Node(module=FOUR.path, **{"sweeps": swept, **facts})
        return shown("four").mapping

    return show


def ticked(group):
    return [name for name, box in group.boxes.items() if box.isChecked()]


def test_several_groups_step_together_each_along_an_axis_of_its_own(four, document, qapp):
    mapping = four(zips=(Zip(("a", "b"), "pair"),))
    stepping = mapping.stepping
    stepping.more.click()
    assert ticked(stepping.groups[1]) == []
    assert not stepping.groups[1].boxes["a"].isEnabled()
    for name in "cd":
        stepping.groups[1].boxes[name].click()
        settle(qapp)
    assert node(document, "four").zips == (Zip(("a", "b"), "pair"), Zip(("c", "d")))
    assert not stepping.more.isVisible()
    stepping.groups[1].axis.setText("other")
    stepping.groups[1].axis.textEdited.emit("other")
    settle(qapp)
    assert node(document, "four").zips == (Zip(("a", "b"), "pair"), Zip(("c", "d"), "other"))


def test_a_group_without_ports_is_no_group_and_the_others_stay(four, document, qapp):
    stepping = four(zips=(Zip(("a", "b"), "pair"), Zip(("c", "d"), "other"))).stepping
    for name in "ab":
        stepping.groups[0].boxes[name].click()
        settle(qapp)
    assert node(document, "four").zips == (Zip(("c", "d"), "other"),)
    assert len(stepping.groups) == 1
    assert ticked(stepping.groups[0]) == ["c", "d"]
    assert stepping.groups[0].axis.text() == "other"
    document.undo()
    settle(qapp)
    assert [ticked(group) for group in stepping.groups] == [["a", "b"], ["c", "d"]]


def test_a_group_that_was_begun_is_gone_with_another_node(four, shown, qapp):
    stepping = four(zips=(Zip(("a", "b")),)).stepping
    stepping.more.click()
    assert len(stepping.groups) == 2
    shown("smooth")
    shown("four")
    assert len(stepping.groups) == 1


def test_several_inputs_are_fed_back_in_a_loop(four, document, qapp):
    loops = four(sweeps={}, repeat=Repeat({"a": "out"}, "more", 9)).loops
    loops.pairs.more.click()
    settle(qapp)
    assert node(document, "four").repeat == Repeat({"a": "out", "b": "out"}, "more", 9)
    row = loops.pairs.rows[0]
    assert [row.port.itemData(at) for at in range(row.port.count())] == ["b", "c", "d"]
    row.port.setCurrentIndex(2)
    row.port.activated.emit(2)
    row.output.setCurrentIndex(1)
    row.output.activated.emit(1)
    settle(qapp)
    assert node(document, "four").repeat.feedback == {"a": "out", "d": "more"}
    loops.pairs.rows[0].remove.click()
    settle(qapp)
    assert node(document, "four").repeat == Repeat({"a": "out"}, "more", 9)
    assert loops.pairs.rows == []


def test_pairs_of_a_script_stay_when_anything_else_of_the_loop_is_set(four, document, qapp):
    loops = four(sweeps={}, repeat=Repeat({"a": "out", "b": "more"}, "more")).loops
    loops.bound.setValue(7)
    loops.way.activated.emit(2)
    settle(qapp)
    assert node(document, "four").repeat == Repeat({"a": "out", "b": "more"}, "more", 7)
