from __future__ import annotations

import pytest
from fake_clusters import USUAL, cluster, engine
from PyQt6.QtCore import Qt

from treadle.core import protocol as p


@pytest.fixture
def shown(toolbox):
    one = toolbox()
    dialog = one.dialogs.run_on_engines()
    dialog.statement.setPlainText("print('hello'); 6 * 7")
    return one, dialog


def test_a_statement_runs_on_all_engines_and_each_one_says_what_it_did(shown):
    one, dialog = shown
    dialog.seconds.setValue(5)
    dialog.run.click()
    (asked,) = one.bridge.of(p.ExecuteOn)
    assert asked == {
        "name": USUAL, "statement": "print('hello'); 6 * 7", "engines": (0, 1, 2), "deadline": 5.0,
    }  # fmt: skip
    assert dialog.output.toPlainText() == (
        "✓ Engine 0  42\n    hello\n"
        "✗ Engine 1  ZeroDivisionError: division by zero\n    line 1\n    line 2\n"
        "✓ Engine 2  42\n    hello\n"
    )
    assert dialog.counted.text() == "2 of 3 went well"
    assert dialog.isVisible()


def test_it_runs_only_on_what_is_ticked(shown):
    one, dialog = shown
    dialog.choice.all.click()
    assert not dialog.run.isEnabled()
    dialog.choice.tick((2,))
    dialog.begin_run()
    assert one.bridge.of(p.ExecuteOn)[0]["engines"] == (2,)


def test_an_engine_that_joins_is_ticked_as_long_as_all_are(shown):
    one, dialog = shown
    more = (engine(0), engine(1), engine(2, ours=False, host="node7"), engine(3))
    one.bridge.become(cluster(USUAL, *more))
    assert dialog.choice.numbers() == (0, 1, 2, 3)
    dialog.choice.tick((1,))
    one.bridge.become(cluster(USUAL, *more, engine(4)))
    assert dialog.choice.numbers() == (1,)
    assert not dialog.choice.all.isChecked()


def test_control_and_return_run_the_statement(shown, qtbot):
    one, dialog = shown
    qtbot.keyClick(dialog.statement, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(one.bridge.of(p.ExecuteOn)) == 1


def test_an_empty_statement_is_not_run(shown):
    one, dialog = shown
    dialog.statement.setPlainText("  \n")
    assert not dialog.run.isEnabled()
    dialog.begin_run()
    assert one.bridge.of(p.ExecuteOn) == []


def test_it_can_be_given_up_and_the_statement_is_still_there(shown):
    one, dialog = shown
    one.bridge.slow = {p.ExecuteOn}
    dialog.run.click()
    assert not dialog.statement.isEnabled()
    dialog.strip.cancel.click()
    assert len(one.bridge.of(p.CancelRequest)) == 1
    assert dialog.statement.toPlainText() == "print('hello'); 6 * 7"
    assert dialog.run.isEnabled()
    assert dialog.strip.said == ""


def test_what_was_said_of_the_last_statement_does_not_stand_beside_the_next(shown):
    one, dialog = shown
    dialog.run.click()
    one.bridge.slow = {p.ExecuteOn}
    dialog.statement.setPlainText("import time; time.sleep(100)")
    dialog.run.click()
    assert dialog.output.toPlainText() == ""
    dialog.strip.cancel.click()
    assert dialog.output.toPlainText() == ""


def test_without_a_cluster_it_offers_to_start_one(empty):
    dialog = empty.dialogs.run_on_engines()
    assert dialog.pages.currentWidget() is dialog.empty
    assert not dialog.run.isEnabled()
