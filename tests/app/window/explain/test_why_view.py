from __future__ import annotations

import pytest
from msgspec import structs
from reasons import NO, told
from windows import begun, row
from windows import told as news

from treadle.app.window.explain.why_view import WhyView
from treadle.core import protocol as p
from treadle.core.edits import remove_nodes

MS = 10_000


@pytest.fixture
def view(runs, bridge, theme, qtbot):
    made = WhyView(runs, bridge, theme)
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    made.show_node("first")
    return made


def foreseen(runs, *found):
    runs.checking._set_schemes(found)


def start(runs, bridge, qtbot):
    runs.start()
    qtbot.waitUntil(lambda: bool(bridge.requests(p.StartRun)), timeout=MS)
    bridge.answer(p.StartRun, begun("r1", "first", "second"))


def test_before_anything_is_known_the_view_says_so(view):
    assert view.title.text() == "Why “Plain” runs where it does"
    assert "not known yet" in view.next.text()
    assert view.none.isVisible()
    assert view.nothing.text() == "Nothing was run since the pipeline was opened."
    assert not view.attempts.isVisible()


def test_every_scheme_is_listed_with_how_it_stands_and_why(view, runs, qtbot):
    foreseen(runs, told())
    qtbot.waitUntil(lambda: view.schemes.isVisible(), timeout=MS)
    assert [texts[:3] for texts in view.schemes.texts] == [
        ["IPython", "not possible", "No cluster runs"],
        ["Processes", "chosen", "The first in your order"],
        ["Threads", "not possible", NO.capitalize()],
        ["Serial", "possible", "Only for what no other scheme can take"],
    ]
    assert view.schemes.texts[1][3] in {"0.2 s", "0.3 s"}
    assert view.next.text().startswith("The next run would have it on Processes")
    assert not view.none.isVisible()


def test_a_pipeline_that_cannot_run_says_what_is_wrong(view, runs, qtbot):
    runs.checking._set_schemes((), "first: x is not set")
    qtbot.waitUntil(lambda: "x is not set" in view.none.text(), timeout=MS)


def test_what_the_last_run_did_is_told_with_workers_and_reasons(view, runs, bridge, qtbot):
    start(runs, bridge, qtbot)
    bridge.news.emit(news("r1", row("first", "succeeded", reason="processes: free", worker="process 7", attempts=1)))
    qtbot.waitUntil(lambda: view.happened.isVisible(), timeout=MS)
    assert view.happened.texts == [["Processes", "Done", "process 7", "Free"]]
    assert not bridge.requests(p.AskAttempts)


def test_attempts_that_gave_nothing_are_asked_for_once_and_told(view, runs, bridge, qtbot):
    start(runs, bridge, qtbot)
    facts = {"reason": "threads: processes refused it: no lock", "attempts": 2}
    bridge.news.emit(news("r1", row("first", "succeeded", scheme="threads", **facts)))
    qtbot.waitUntil(lambda: bool(bridge.requests(p.AskAttempts)), timeout=MS)
    view.refresh()
    assert [one["tasks"] for _, one in bridge.requests(p.AskAttempts)] == [("first",)]
    tried = p.AttemptRow("first", 1, "processes", "processes: first", "process 3", "", "no lock")
    bridge.answer(p.AskAttempts, p.AttemptList(attempts=(tried,)))
    qtbot.waitUntil(lambda: view.attempts.isVisible(), timeout=MS)
    assert view.attempts.texts == [["Processes", "first · attempt 1", "process 3", "No lock"]]
    view.show_node("second")
    assert not view.attempts.isVisible()


def test_a_node_that_is_gone_is_named(view, runs, qtbot):
    runs.document.edit(remove_nodes(runs.document.pipeline, ["first"]), "delete")
    qtbot.waitUntil(lambda: view.title.text() == "“first” is gone", timeout=MS)


def test_all_texts_can_be_read_aloud_and_the_colours_follow_the_theme(view, runs, theme, qtbot):
    foreseen(runs, told())
    qtbot.waitUntil(lambda: view.schemes.isVisible(), timeout=MS)
    theme.choose("dark")
    names = [label.accessibleName() for label in view.schemes._labels]
    assert "Why: No cluster runs" in names
    assert all(names)
    assert theme.colours.secondary in view.kind.styleSheet()


def test_times_have_a_column_only_where_they_are_known(view, runs, qtbot):
    foreseen(runs, told())
    qtbot.waitUntil(lambda: view.schemes.isVisible(), timeout=MS)
    assert "Expected" in [label.text() for label in view.schemes._labels]
    unknown = structs.replace(told(), candidates=told().candidates[2:])
    runs.checking._set_schemes((unknown,))
    qtbot.waitUntil(lambda: len(view.schemes.texts) == 2, timeout=MS)
    assert "Expected" not in [label.text() for label in view.schemes._labels]
