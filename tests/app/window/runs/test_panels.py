"""The panels of a run, and what the toolbar and the status bar say of it."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtWidgets import QApplication
from windows import begun, row, told

from treadle.app.window.runs.details import LOW
from treadle.app.window.runs.log_panel import LogPanel
from treadle.app.window.runs.problems_model import REMEDY
from treadle.app.window.runs.problems_panel import ProblemsPanel
from treadle.app.window.runs.restricted_bar import RestrictedBar
from treadle.app.window.runs.scheme_chooser import SchemeChooser
from treadle.app.window.runs.status import RunNumbers, SchemeChips
from treadle.app.window.runs.task_columns import ITEM, NODE
from treadle.app.window.runs.tasks_panel import TasksPanel
from treadle.app.window.runs.trust_prompt import TrustPrompt, code_of
from treadle.app.window.theme.tokens import GRID
from treadle.core import protocol as p
from treadle.core.validation.problems import Problem
from treadle.core.worker.preview import preview

MS = 10_000


@pytest.fixture
def shown(theme, qtbot):
    def shown(kind, runs):
        panel = kind(theme)
        qtbot.addWidget(panel)
        panel.resize(1000, 300)
        panel.show()
        panel.set_runs(runs)
        return panel

    return shown


def copied(widget, qtbot):
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    return QApplication.clipboard().text()


# Tasks


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


def test_selected_tasks_are_copied_as_a_table(shown, runs, start, bridge, qtbot):
    panel = shown(TasksPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", row("second", "failed", cause="no\x1b[0m")))
    panel.table.selectAll()
    head, line = copied(panel.table, qtbot).split("\n")
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


def test_lines_are_copied(shown, runs, start, bridge, qtbot):
    panel = shown(LogPanel, runs)
    start(runs)
    bridge.news.emit(told("r1", lines=[p.LogLine("first", "one"), p.LogLine("first", "two")]))
    panel.table.selectRow(1)
    assert copied(panel.table, qtbot) == "two"


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


# Toolbar and status bar


def test_the_scheme_of_a_document_is_chosen(theme, bridge, runs, make, start, qtbot):
    chooser = SchemeChooser(bridge, theme)
    qtbot.addWidget(chooser)
    assert not chooser.isEnabled()
    chooser.set_runs(runs)
    chooser._fill()
    actions = {action.text().split("\t")[0]: action for action in chooser.menu().actions() if action.text()}
    assert list(actions) == ["Auto", "Serial", "Threads", "Processes", "IPython", "Order and settings…"]
    actions["Threads"].trigger()
    assert chooser.text() == "Threads"
    assert start(runs)["options"].scheme == "threads"
    chooser.set_runs(make())
    assert chooser.text() == "Auto"


def test_the_menu_of_schemes_tells_how_many_tasks_each_took(theme, bridge, runs, start, qtbot):
    chooser = SchemeChooser(bridge, theme)
    qtbot.addWidget(chooser)
    chooser.set_runs(runs)
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "running")))
    chooser._fill()
    assert "Processes\t2 tasks" in [action.text() for action in chooser.menu().actions()]


def test_the_numbers_of_a_run_are_told_while_it_goes_and_how_it_ended(theme, runs, start, bridge, qtbot):
    numbers, chips = RunNumbers(theme), SchemeChips(theme)
    for widget in (numbers, chips):
        qtbot.addWidget(widget)
        widget.set_runs(runs)
    assert numbers.words == ""
    start(runs)
    done = [row(f"second[{at}]", "succeeded", began=at * 1.0, ended=at + 1.0) for at in range(2)]
    waiting = [row(f"second[{at}]", "waiting", scheme="") for at in range(2, 10)]
    bridge.news.emit(told("r1", row("first", "running"), *done, *waiting, seconds=2.0))
    numbers.draw()
    chips.draw()
    assert numbers.words == "tasks 2/11 · 0 failed · 00:09 left"
    assert chips.words == ["Processes 3 · 1 running"]
    runs.pause()
    assert numbers.words.startswith("Paused · tasks 2/11")
    bridge.news.emit(p.RunOver(run="r1", state="cancelled", seconds=3.0))
    assert numbers.words == "Cancelled · tasks 2/11 · 0 failed · 3.0 s"


def test_tasks_that_were_lost_with_the_runner_do_not_count_as_done(theme, runs, start, bridge, qtbot):
    numbers = RunNumbers(theme)
    qtbot.addWidget(numbers)
    numbers.set_runs(runs)
    start(runs)
    done = [row(f"second[{at}]", "succeeded", began=at * 1.0, ended=at + 1.0) for at in range(2)]
    waiting = [row(f"second[{at}]", "waiting", scheme="") for at in range(2, 10)]
    bridge.news.emit(told("r1", row("first", "running"), *done, *waiting, seconds=2.0))
    bridge.be("gone", "the runner was killed by signal 9")
    assert numbers.words == "Lost contact · tasks 2/11 · 0 failed · 2.0 s"


# Trust


def test_the_code_of_a_file_is_shown_before_it_is_trusted(theme, runs, qtbot):
    state = p.TrustState(trusted=False, code=(p.CodePlace(place="second", what="operator:mul"),))
    prompt = TrustPrompt(state, runs.document.pipeline, theme)
    qtbot.addWidget(prompt)
    prompt.show()
    assert "operator:mul" in prompt.source.toPlainText()
    assert "b = 10" in prompt.source.toPlainText()
    assert prompt.cancel.isDefault()
    qtbot.keyClick(prompt, Qt.Key.Key_Return)
    assert prompt.result() == TrustPrompt.DialogCode.Rejected


def test_a_place_that_is_not_there_any_more_has_no_code(runs):
    assert code_of(runs.document.pipeline, p.CodePlace(place="gone/node", what="x")) == ""
    assert code_of(runs.document.pipeline, p.CodePlace(place="gone.port", what="x")) == ""


def test_a_restricted_document_says_so_until_it_is_trusted(theme, bridge, make, qtbot):
    bridge.trusted, bridge.code = False, (p.CodePlace(place="first", what="operator:add"),)
    runs = make()
    bar = RestrictedBar(runs, theme)
    qtbot.addWidget(bar)
    qtbot.waitUntil(lambda: bar.isVisibleTo(None), timeout=MS)
    runs.trusting.give(lambda _error: None)
    qtbot.waitUntil(lambda: bool(bridge.requests(p.GiveTrust)), timeout=MS)
    bridge.answer(p.GiveTrust, p.Done())
    assert not bar.isVisibleTo(None)
