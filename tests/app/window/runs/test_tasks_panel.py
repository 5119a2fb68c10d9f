"""The panel of the tasks of a run."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import Qt
from windows import begun, row, told

from treadle.app.window.runs.details import LOW
from treadle.app.window.runs.task_columns import ITEM, NODE
from treadle.app.window.runs.tasks_panel import TasksPanel
from treadle.core import protocol as p
from treadle.core.worker.preview import preview

MS = 10_000


def test_before_a_run_the_tasks_panel_offers_to_run(shown, runs, qtbot):
    panel = shown(TasksPanel, runs)
    assert "Nothing has run yet" in panel.empty.said
    with qtbot.waitSignal(panel.run_requested):
        panel.empty.press()


def test_tasks_are_listed_while_they_run_and_counted(shown, runs, start, bridge):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "failed", cause="no")))
    assert panel.model.rowCount() == 2
    panel.show_states("failed")
    assert [panel.model.task(0).task] == ["second"]
    assert panel.counted.text() == "1 of 2 tasks"


def test_the_selected_tasks_are_stopped_or_run_again(shown, runs, start, bridge, qtbot):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("first", "running"), row("second", "failed", cause="no")))
    panel.table.selectAll()
    assert not panel.retry.isEnabled()
    panel.stop.click()
    assert bridge.answer(p.CancelRun, p.Done())["tasks"] == ("first",)
    bridge.news.emit(p.RunOver(run="r1", state="failed", seconds=1.0))
    assert not panel.stop.isEnabled()
    panel.retry.click()
    qtbot.waitUntil(lambda: bool(bridge.requests(p.StartRun)), timeout=MS)
    options = bridge.requests(p.StartRun)[0][1]["options"]
    assert (options.until, options.resume) == (("first", "second"), True)


def test_the_traceback_of_a_task_can_be_read_and_selected(shown, runs, start, bridge):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "failed", cause="no such luck")))
    panel.table.selectRow(1)
    assert "no such luck" in panel.details.toPlainText()
    late = bridge.requests(p.AskTask)[0][0]
    panel.table.selectRow(0)
    late(p.TaskDetails(task="second", traceback="Traceback of second"))
    assert "Traceback" not in panel.details.toPlainText()
    panel.table.selectRow(1)
    bridge.requests(p.AskTask)[-1][0](p.TaskDetails(task="second", traceback="Traceback of second"))
    assert "Traceback of second" in panel.details.toPlainText()
    assert panel.details.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard


def test_what_a_task_made_is_shown_below_its_text(shown, runs, start, bridge, qtbot):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "succeeded")))
    panel.table.selectRow(0)
    looks = preview(np.eye(50), picture=True)
    bridge.requests(p.AskTask)[0][0](p.TaskDetails(task="first", previews={"out": looks}))
    (picture,) = panel.details.pictures
    assert picture.title == "Add · out"
    qtbot.waitUntil(lambda: panel.details.width() > picture.width(), timeout=MS)
    text, strip = panel.details.viewport().geometry(), panel.details._strip.geometry()
    assert strip.left() > text.right()
    assert panel.details.rect().contains(strip)
    panel.resize(1000, 700)
    qtbot.waitUntil(lambda: panel.details.height() > LOW, timeout=MS)
    text, strip = panel.details.viewport().geometry(), panel.details._strip.geometry()
    assert strip.top() > text.bottom()
    assert panel.details.rect().contains(strip)
    panel.table.selectRow(1)
    assert panel.details.pictures == []
    assert panel.details.viewport().height() > text.height()


def test_the_selection_stays_with_its_tasks_when_they_are_sorted(shown, runs, start, bridge):
    panel = shown(TasksPanel, runs)
    start(runs)
    ended = [row(f"second[{at}]", "succeeded", began=0.1, ended=9.0 - at) for at in range(5)]
    bridge.news.emit(told("r1", *ended))
    panel.table.selectRow(4)
    panel.table.horizontalHeader().setSortIndicator(5, Qt.SortOrder.AscendingOrder)
    assert [one.task for one in panel.selected()] == ["second[4]"]
    assert panel.model.place_of("second[4]") == 0


def test_selected_tasks_are_copied_as_a_table(shown, runs, start, bridge, copied):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("second", "failed", cause="no\x1b[0m")))
    panel.table.selectAll()
    head, line = copied(panel.table).split("\n")
    assert head.startswith("State\tNode")
    assert line.startswith("Failed\tMul")
    assert line.endswith("no\\x1b[0m")


def test_tasks_are_told_by_the_titles_of_their_nodes(shown, runs, start, bridge):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "succeeded")))
    node = panel.model.index(1, NODE)
    assert node.data() == "Mul"
    assert node.data(Qt.ItemDataRole.ToolTipRole) == "second"
    panel.table.selectRow(1)
    assert panel.details.toPlainText().startswith("Mul: Done")
    panel.words.setText("mul")
    assert [panel.model.task(at).task for at in range(panel.model.rowCount())] == ["second"]


def test_the_column_of_items_is_there_where_there_are_items(shown, runs, start, bridge, qtbot):
    panel = shown(TasksPanel, runs)
    start(runs)
    assert panel.table.isColumnHidden(ITEM)
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    assert runs.start()
    qtbot.waitUntil(lambda: bool(bridge.requests(p.StartRun)), timeout=MS)
    bridge.answer(p.StartRun, begun("r2", "first", "second", axes=("subject",)))
    assert not panel.table.isColumnHidden(ITEM)


def test_each_document_has_its_own_tasks(shown, make, start, bridge):
    one, other = make(), make()
    panel = shown(TasksPanel, one)
    start(one)
    bridge.news.emit(told("r1", row("first", "succeeded")))
    panel.set_runs(other)
    assert panel.model.rowCount() == 0
    bridge.news.emit(told("r1", row("second", "succeeded")))
    assert panel.model.rowCount() == 0
    panel.set_runs(one)
    assert panel.model.rowCount() == 2
