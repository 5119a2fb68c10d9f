from __future__ import annotations

from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QObject, pyqtSignal

from treadle.app.window.inspector.run_details import MOST_TASKS, RunDetails
from treadle.app.window.looks import NodeLook
from treadle.core.errors import TreadleError
from treadle.core.protocol import LogLine, TaskDetails, TaskRow


class FewRuns(QObject):
    """What the details need of the runs of a document."""

    looks_changed = pyqtSignal(object)
    lines_told = pyqtSignal(object, int)
    run_begun = pyqtSignal()

    def __init__(self):
        super().__init__()
        self.record = SimpleNamespace(tasks={})
        self.lines, self.asked = [], []

    def look(self, node):
        return NodeLook(text=node)

    def ask_task(self, task, reply):
        self.asked.append((task, reply))

    def finish(self, node, item, state="succeeded"):
        task = f"{node}:{item}"
        self.record.tasks[task] = TaskRow(task, node, {"item": item}, state)
        self.looks_changed.emit({node})

    def answer(self):
        for task, reply in self.asked:
            reply(TaskDetails(task=task, previews={"out": {"type": "int", "text": task}}))
        self.asked = []


@pytest.fixture
def runs(qapp):
    return FewRuns()


@pytest.fixture
def details(runs):
    return RunDetails(runs)


def test_previews_come_of_tasks_that_have_results(runs, details, qtbot):
    runs.finish("smooth", "a")
    runs.finish("smooth", "b", "failed")
    runs.finish("load", "c")
    details.want_details("smooth")
    with qtbot.waitSignal(details.details_changed) as caught:
        runs.answer()
    assert caught.args == ["smooth"]
    assert [(one.port, one.item, one.facts["text"]) for one in details.previews("smooth")] == [("out", "a", "smooth:a")]
    assert details.previews("load") == ()


def test_tasks_that_end_later_are_asked_of_but_only_a_few(runs, details, qtbot):
    details.want_details("smooth")
    for number in range(MOST_TASKS + 3):
        runs.finish("smooth", str(number))
    qtbot.waitUntil(lambda: len(runs.asked) == MOST_TASKS, timeout=5000)
    runs.answer()
    runs.finish("smooth", "more")
    details._ask()
    assert runs.asked == []


def test_an_answer_for_a_node_that_was_left_is_passed_over(runs, details):
    runs.finish("smooth", "a")
    details.want_details("smooth")
    details.want_details("load")
    runs.answer()
    assert details.previews("load") == []


def test_a_refusal_leaves_no_preview(runs, details):
    runs.finish("smooth", "a")
    details.want_details("smooth")
    runs.asked[0][1](TreadleError("the run is forgotten"))
    assert details.previews("smooth") == []


def test_the_lines_of_a_node_are_told_those_before_and_those_that_come(runs, details, qtbot):
    runs.finish("smooth", "a")
    runs.finish("load", "a")
    runs.lines = [LogLine("smooth:a", "first"), LogLine("load:a", "other")]
    details.want_details("smooth")
    assert details.log("smooth") == ["first"]
    with qtbot.assertNotEmitted(details.details_changed):
        runs.lines_told.emit([LogLine("load:a", "other"), LogLine("gone", "x")], 0)
    with qtbot.waitSignal(details.details_changed):
        runs.lines_told.emit([LogLine("smooth:a", "second")], 0)
    assert details.log("smooth") == ["first", "second"]


def test_a_new_run_forgets_the_old_one(runs, details):
    runs.finish("smooth", "a")
    details.want_details("smooth")
    runs.answer()
    runs.record = None
    runs.run_begun.emit()
    assert details.previews("smooth") == []
    assert details.look("smooth").text == "smooth"
    assert details.why("smooth") == ""


def test_the_reason_for_the_scheme_is_that_of_the_run(runs, details):
    runs.record.nodes = {"smooth": SimpleNamespace(reason="ipython has no engines")}
    assert details.why("smooth") == "ipython has no engines"
    assert details.why("load") == ""
