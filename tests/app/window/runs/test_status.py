"""What the toolbar and the status bar say of a run."""

from __future__ import annotations

from windows import row, told

from treadle.app.window.runs.scheme_chooser import SchemeChooser
from treadle.app.window.runs.status import RunNumbers, SchemeChips
from treadle.core import protocol as p


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


def test_the_numbers_of_a_run_are_told_while_it_goes_and_how_it_ended(shown, runs, start, bridge):
    numbers, chips = shown(RunNumbers, runs), shown(SchemeChips, runs)
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


def test_less_than_a_second_is_not_counted_down(shown, runs, start, bridge):
    numbers = shown(RunNumbers, runs)
    start(runs)
    done = row("first", "succeeded", began=1.0, ended=1.01)
    bridge.news.emit(told("r1", done, row("second[0]", "running"), seconds=30.0))
    numbers.draw()
    assert runs.record.seconds_left() < 1
    assert numbers.words == "tasks 1/2 · 0 failed"


def test_tasks_that_were_lost_with_the_runner_do_not_count_as_done(shown, runs, start, bridge):
    numbers = shown(RunNumbers, runs)
    start(runs)
    done = [row(f"second[{at}]", "succeeded", began=at * 1.0, ended=at + 1.0) for at in range(2)]
    waiting = [row(f"second[{at}]", "waiting", scheme="") for at in range(2, 10)]
    bridge.news.emit(told("r1", row("first", "running"), *done, *waiting, seconds=2.0))
    bridge.be("gone", "the runner was killed by signal 9")
    assert numbers.words == "Lost contact · tasks 2/11 · 0 failed · 2.0 s"
