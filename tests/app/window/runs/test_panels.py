"""The panels of the log and of the problems of a run."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, Qt
from windows import row, told

from treadle.app.window.runs.log_panel import LogPanel
from treadle.app.window.runs.problems_model import REMEDY
from treadle.app.window.runs.problems_panel import ProblemsPanel
from treadle.app.window.theme.tokens import GRID
from treadle.core import protocol as p
from treadle.core.validation.problems import Problem

MS = 10_000


# Log


def test_the_log_is_followed_until_the_person_scrolls_away(shown, runs, start, bridge, qtbot):
    panel = shown(LogPanel, runs)
    start(runs)

    def write(count):
        bridge.news.emit(told("r1", lines=[p.LogLine("first", f"line {at}") for at in range(count)]))

    write(200)
    bar = panel.table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0, timeout=MS)
    bar.setValue(0)
    write(200)
    assert bar.value() == 0
    assert panel.model.rowCount() == 400


def test_the_log_of_some_tasks_is_shown_and_of_all_again(shown, runs, start, bridge):
    panel = shown(LogPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", lines=[p.LogLine("first", "one"), p.LogLine("second[1]", "two")]))
    panel.show_of(nodes=["second"])
    assert panel.model.rowCount() == 1
    panel.of.click()
    assert panel.model.rowCount() == 2


def test_the_log_of_a_document_that_was_not_shown_is_not_lost(shown, make, start, bridge):
    one, other = make(), make()
    panel = shown(LogPanel, other)
    start(one)
    bridge.news.emit(told("r1", lines=[p.LogLine("first", "one")]))
    panel.set_runs(one)
    assert panel.model.rowCount() == 1


def test_lines_are_copied(shown, runs, start, bridge, copied):
    panel = shown(LogPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", lines=[p.LogLine("first", "one"), p.LogLine("first", "two")]))
    panel.table.selectRow(1)
    assert copied(panel.table) == "two"


# Problems


def test_a_problem_leads_to_its_node_and_to_its_task(shown, runs, start, bridge, qtbot):
    bridge.problems = [Problem("error", "x", "nodes.second.params.b", "it is not set", "Set it")]
    panel = shown(ProblemsPanel, runs)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=MS)
    assert [panel.model.data(panel.model.index(0, column)) for column in range(4)] == [
        "Error", "second · b", "it is not set", "Set it",
    ]  # fmt: skip
    panel.table.selectRow(0)
    with qtbot.waitSignal(panel.node_requested, check_params_cb=lambda node: node == "second"):
        panel.go.click()
    start(runs)
    bridge.news.emit(told("r1", row("second[3]", "failed", cause="no")))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2, timeout=MS)
    with qtbot.waitSignal(panel.task_requested, check_params_cb=lambda task: task == "second[3]"):
        panel.table.activated.emit(panel.model.index(1, 0))


@pytest.mark.parametrize("width", [500, 740, 1400])
def test_what_to_do_about_a_problem_is_not_cut_off(shown, runs, bridge, qtbot, width):
    remedy = "Set it to a number in that range in the inspector, or connect an output that gives one"
    bridge.problems = [Problem("error", "x", "nodes.second.params.b", "it is not set", remedy)]
    panel = shown(ProblemsPanel, runs)
    panel.resize(width, 300)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1 and not panel._fitting.isActive(), timeout=MS)
    table = panel.table
    assert table.horizontalHeader().length() <= table.viewport().width()
    room = table.visualRect(panel.model.index(0, REMEDY)).adjusted(GRID + 1, 0, -GRID - 1, 0)
    needed = table.fontMetrics().boundingRect(QRect(0, 0, room.width(), 999), Qt.TextFlag.TextWordWrap.value, remedy)
    assert needed.height() <= room.height()
    assert not table.isColumnHidden(REMEDY)


def test_where_no_problem_says_what_to_do_the_problems_have_the_room(shown, runs, start, bridge, qtbot):
    panel = shown(ProblemsPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("second", "failed", cause="no")))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=MS)
    assert panel.table.isColumnHidden(REMEDY)


def test_without_problems_the_panel_says_so(shown, runs):
    panel = shown(ProblemsPanel, runs)
    assert "No problems" in panel.empty.said
