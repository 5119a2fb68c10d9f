from __future__ import annotations

import pytest
from shells import adding, end, program
from windows import begun, row, told

from treadle.app.window.runs.restricted_bar import RestrictedBar
from treadle.core import protocol as p


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.documents.new(adding())
    made.window.show()
    made.bridge.tell("idle")
    yield made
    end(made)


STATE = p.TrustState(trusted=False, code=(p.CodePlace(place="first", what="operator:add"),))


def test_code_of_a_stranger_is_asked_about_once_and_cancel_runs_nothing(whole, qtbot):
    page = whole.window.page
    running = whole.window.running[page.document]
    page.runs.trust_needed.emit(STATE)
    prompt = running.prompt
    page.runs.trust_needed.emit(STATE)
    assert running.prompt is prompt
    prompt.reject()
    assert running.prompt is None
    assert not page.runs.going


def test_commands_of_runs_follow_the_run(whole, qtbot):
    enabled = whole.window.commands.is_enabled
    assert enabled("run.start")
    assert not enabled("run.cancel")
    whole.window.commands.run("run.start")
    assert not enabled("run.start")
    assert enabled("run.cancel")


def test_a_run_goes_only_to_what_is_selected_if_that_is_asked_for(whole, qtbot):
    page = whole.window.page
    page.canvas.selection = {"first"}
    whole.window.commands.run("run.to-here")
    assert page.runs._asked == (("first",), False)


def test_a_run_that_is_held_is_let_go_on_by_the_keys_and_the_menu_of_its_node(whole, qtbot):
    commands, page = whole.window.commands, whole.window.page
    assert not commands.is_enabled("run.continue")
    commands.run("run.start")
    page.runs._started(page.document.pipeline, None, begun("r1", "first", "second"))
    whole.bridge.news.emit(told("r1", row("first", "ready"), waits_at=("first",)))
    assert commands.is_enabled("run.continue")
    assert commands.action("run.pause").isChecked()
    page.canvas.selection = {"second"}
    assert not commands.is_enabled("run.continue-here")
    page.canvas.selection = {"first"}
    assert commands.is_enabled("run.continue-here")
    commands.run("run.pause")
    assert not page.runs.stops.places
    assert not commands.is_enabled("run.continue")


def test_a_breakpoint_is_a_command_of_the_canvas(whole):
    page = whole.window.page
    page.canvas.selection = {"first"}
    whole.window.commands.run("pipeline.breakpoint")
    assert page.document.pipeline.nodes["first"].breakpoint
    whole.window.commands.run("pipeline.breakpoint")
    assert not page.document.pipeline.nodes["first"].breakpoint


def test_failures_of_a_node_are_shown_in_the_tasks(whole, qtbot):
    whole.window.docks.show("log")
    whole.window.page.canvas.failures_requested.emit("first")
    assert whole.window.rooms.tasks.words.text() == "first"
    assert not whole.window.docks.all["tasks"].visibleRegion().isEmpty()


def test_the_bar_of_untrusted_code_takes_no_more_height_than_its_words(whole, qtbot):
    window, page = whole.window, whole.window.page
    window.resize(1200, 900)
    window.show()
    qtbot.waitExposed(window)
    bar = page.findChild(RestrictedBar)
    bar.show()
    qtbot.waitUntil(lambda: 0 < bar.height() < page.canvas.height())
    assert bar.height() <= max(bar.heightForWidth(bar.width()), bar.minimumSizeHint().height())
