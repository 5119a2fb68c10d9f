"""Journeys through the whole window with its real runner: what a person does in an afternoon."""

from __future__ import annotations

import signal

import psutil
import pytest
from endings import survivors
from offspring import offspring
from whole_windows import open_gate

from treadle import Pipeline
from treadle.app.window.dialogs.question import Question
from treadle.app.window.leaving.steps import Step
from treadle.core.edits import remove_nodes, rename_node, set_parameter

SECONDS = 5.0


def fan(deed, count=6):
    made = Pipeline("fan")
    items = made.add("window_deeds:numbers", id="numbers", count=count).out.each()
    last = made.add(f"window_deeds:{deed}", id="deed", x=items)
    made.add("window_deeds:double", id="after", x=last.out)
    return made


def runner_of(whole):
    return psutil.Process(whole.program.bridge._client.pid)


def stop_the_run(whole):
    """Answer the question that a person is asked who closes what runs."""
    (question,) = whole.window.findChildren(Question)
    question.buttons["stop"].click()


@pytest.mark.slow
def test_the_fmri_example_is_opened_and_run_with_one_click_and_every_node_ends_well(whole):
    whole.ready()
    whole.window.welcome.gallery.cards["fmri_quality_control"].run.click()
    whole.until(lambda: whole.window.page is not None)
    page = whole.window.page
    record = whole.over(page, 300_000)
    assert record.state == "succeeded"
    whole.until(
        lambda: {page.runs.look(node).state for node in page.document.pipeline.nodes} <= {"succeeded", "cached"}
    )
    assert page.runs.problems() == []


def test_a_module_that_raises_is_a_red_count_and_a_problem_that_leads_there(whole, qtbot):
    whole.ready()
    page = whole.open(fan("but_three"))
    whole.window.commands.action("run.start").trigger()
    whole.over(page)
    whole.until(lambda: page.runs.look("deed").failed == 1)
    assert page.runs.look("deed").state == "failed"
    assert page.runs.look("after").counts == {"succeeded": 5, "skipped": 1}
    (problem,) = [one for one in page.runs.problems() if one.node == "deed"]
    assert "three cannot be taken" in problem.message
    whole.window.rooms.problems.node_requested.emit("deed")
    assert page.selection == ["deed"]
    page.canvas.failures_requested.emit("deed")
    assert whole.window.commands.is_enabled("run.retry-failed")


def test_a_pipeline_that_is_edited_while_it_runs_gives_what_it_was_when_it_began(whole, deeds):
    whole.ready()
    page = whole.open(fan("hold", count=1))
    before = page.document.pipeline.copy()
    page.runs.start()
    whole.running(page, "deed")
    page.document.edit(set_parameter(page.document.body(), "numbers", "count", 3), "set")
    page.document.edit(rename_node(page.document.body(), "after", "later"), "rename")
    page.document.edit(remove_nodes(page.document.body(), ["deed"]), "delete")
    whole.until(lambda: page.runs.look("numbers").state == "stale")
    open_gate(deeds)
    record = whole.over(page)
    assert record.state == "succeeded"
    assert record.counts() == {"succeeded": 3}
    assert set(record.nodes) == {"numbers", "deed", "after"}
    for _ in range(3):
        page.document.undo()
    assert page.document.pipeline == before
    whole.until(lambda: page.runs.look("numbers").state == "succeeded")


def test_a_run_is_cancelled_and_its_workers_let_go_of_it(whole):
    whole.ready()
    page = whole.open(fan("hold"))
    page.runs.start()
    whole.running(page, "deed")
    whole.window.commands.action("run.cancel").trigger()
    assert whole.over(page, 10_000).state == "cancelled"
    assert page.runs.look("deed").counts["cancelled"]


def test_the_tab_of_a_pipeline_that_runs_is_closed_and_its_run_ends(whole):
    whole.ready()
    page = whole.open(fan("hold"))
    page.runs.start()
    whole.running(page, "deed")
    whole.window.commands.action("file.close").trigger()
    stop_the_run(whole)
    whole.until(lambda: whole.window.page is None)
    whole.until(lambda: not whole.program.bridge.busy, 10_000)


def test_a_window_that_is_closed_while_a_run_goes_on_leaves_no_process(whole):
    whole.ready()
    page = whole.open(fan("hold"))
    page.runs.start()
    whole.running(page, "deed")
    started = offspring()
    assert len(started) > 2
    whole.window.close()
    whole.until(lambda: whole.window.leaving.step is Step.CHOOSING)
    whole.window.leaving.dialog.page.buttons["go"].click()
    whole.until(lambda: whole.window.leaving.step is Step.OVER)
    assert [(one.pid, one.status(), one.cmdline()) for one in survivors(started, SECONDS)] == []


def test_a_restart_of_the_runner_asks_first_and_then_ends_the_run_with_its_workers(whole):
    whole.ready()
    page = whole.open(fan("hold"))
    page.runs.start()
    whole.running(page, "deed")
    started = offspring()
    whole.window.commands.action("run.restart-runner").trigger()
    whole.until(lambda: bool(whole.window.findChildren(Question)))
    assert page.runs.going
    whole.window.findChildren(Question)[0].buttons["restart"].click()
    assert survivors(started, 2 * SECONDS) == []
    whole.ready()


def test_a_runner_that_is_killed_leaves_the_window_alive_and_is_started_again(whole, deeds):
    whole.ready()
    page = whole.open(fan("hold", count=1))
    page.runs.start()
    whole.running(page, "deed")
    runner_of(whole).send_signal(signal.SIGKILL)
    whole.until(lambda: page.runs.state == "lost contact", 15_000)
    assert page.runs.look("deed").state == "lost contact"
    assert whole.window.commands.is_enabled("run.restart-runner")
    whole.window.commands.action("run.restart-runner").trigger()
    whole.ready()
    page.runs.retry_failed()
    whole.running(page, "deed")
    open_gate(deeds)
    assert whole.over(page).state == "succeeded"
