"""The window shows where a run waits at breakpoints, and lets it go on there."""

from __future__ import annotations

import pytest
from windows import row, told

from treadle.app.window.runs.status import RunNumbers
from treadle.app.window.runs.stop_bar import StopBar
from treadle.core import protocol as p

MS = 10_000


@pytest.fixture
def held(runs, bridge, start):
    """Return runs of which one waits at both nodes."""
    start(runs)
    rows = row("first", "ready"), row("second", "waiting")
    bridge.news.emit(told("r1", *rows, waits_at=("first", "second")))
    return runs


def asked(bridge):
    return [facts["breakpoints"] for _, facts in bridge.requests(p.ResumeRun)]


def test_runs_of_the_window_heed_breakpoints(runs, start):
    assert start(runs)["options"].breakpoints


def test_a_run_goes_on_at_one_breakpoint_or_at_all(held, bridge):
    assert held.stops.halted
    held.stops.go_on(("second",))
    assert held.stops.places == ("first",)
    held.stops.go_on()
    assert asked(bridge) == [("second",), ("first",)]
    assert not held.stops.places
    held.stops.go_on()
    assert len(asked(bridge)) == 2


def test_a_run_in_which_something_goes_on_is_not_halted(held, bridge):
    bridge.news.emit(told("r1", row("second", "running"), waits_at=("first",)))
    assert not held.stops.halted
    bridge.news.emit(told("r1", row("second", "succeeded")))
    assert held.stops.halted


def test_the_end_of_a_run_and_another_run_wait_nowhere(held, bridge):
    bridge.news.emit(p.RunOver(run="r1", state="cancelled", seconds=1.0))
    assert not held.stops.places


def test_news_of_other_runs_are_not_heard(runs, bridge, start):
    start(runs)
    bridge.news.emit(told("r2", waits_at=("first",)))
    assert not runs.stops.places


def test_a_node_that_is_held_says_so(held, qtbot):
    qtbot.waitUntil(lambda: "breakpoint" in held.look("first").reason, timeout=MS)
    held.stops.go_on()
    assert "breakpoint" not in held.look("first").reason


def test_the_bar_names_what_is_held_and_is_gone_afterwards(held, bridge, theme, qtbot):
    bar = StopBar(held, theme)
    qtbot.addWidget(bar)
    bar.show()
    names = [action.text() for action in bar.one.menu().actions()]
    assert len(names) == 2
    assert bar.words.accessibleName() == f"Held at {', '.join(names)}"
    with qtbot.waitSignal(bar.node_requested) as shown:
        bar.words.linkActivated.emit("second")
    assert shown.args == ["second"]
    bar.one.menu().actions()[1].trigger()
    assert asked(bridge) == [("second",)]
    assert not bar.one.isVisible()
    bar.all.click()
    assert asked(bridge)[1:] == [("first",)]
    assert not bar.isVisible()


def test_the_status_says_that_nothing_goes_on(held, theme, qtbot):
    numbers = RunNumbers(theme)
    qtbot.addWidget(numbers)
    numbers.set_runs(held)
    assert numbers.words.startswith("Held · ")
    held.stops.go_on()
    assert not numbers.words.startswith("Held")
