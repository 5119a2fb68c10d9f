"""Where nodes would run: asked in the pauses of editing, shown until a run tells what happened."""

from __future__ import annotations

import pytest
from windows import row
from windows import told as news

from treadle.app.runner.client import RequestError
from treadle.app.window.runs.edited import moved_nodes
from treadle.app.window.toolbox.preferences import Preferences
from treadle.core import protocol as p
from treadle.core.edits import group_nodes, set_parameter, update_nodes

MS = 10_000


def answer(*found):
    """Say that each of these nodes would be on a scheme, as ``node=scheme``."""
    return p.SchemeReasons(found=tuple(_one(*one.split("=")) for one in found))


def _one(node, scheme):
    return p.NodeSchemes(nodes=(node,), chosen=scheme, reason="", candidates=())


@pytest.fixture
def asked(bridge, qtbot):
    def wait():
        qtbot.waitUntil(lambda: bool(bridge.requests(p.AskSchemes)), timeout=MS)
        return bridge.requests(p.AskSchemes)[-1][1]

    return wait


def prefer(runs, node, scheme):
    runs.document.edit(update_nodes(runs.document.pipeline, {node: {"scheme": scheme}}), "run on")


def test_it_is_asked_with_what_the_next_run_will_be_told(runs, settings, asked):
    Preferences(settings).enable("threads", on=False)
    runs.scheme = "processes"
    facts = asked()
    assert facts["scheme"] == "processes"
    assert facts["preference"] == ("ipython", "processes", "serial")
    assert '"second"' in facts["document"].text


def test_the_answer_is_the_look_of_nodes_that_did_not_run(runs, bridge, asked, qtbot):
    asked()
    with qtbot.waitSignal(runs.looks_changed, timeout=MS):
        bridge.answer(p.AskSchemes, answer("first=processes", "second=threads"))
    assert (runs.look("first").foreseen, runs.look("first").scheme) == ("processes", "")
    assert runs.look("first").state == "never run"
    assert runs.look("second").foreseen == "threads"


@pytest.mark.parametrize("change", ["edit", "scheme", "settings"])
def test_an_answer_that_is_out_of_date_is_dropped_and_asked_for_again(runs, bridge, settings, asked, qtbot, change):
    asked()
    if change == "edit":
        runs.document.edit(set_parameter(runs.document.pipeline, "second", "b", 11), "set")
    elif change == "scheme":
        runs.scheme = "threads"
    else:
        Preferences(settings).move("serial", 0)
        Preferences(settings).move("threads", 0)
    bridge.answer(p.AskSchemes, answer("first=processes"))
    assert not runs.checking.schemes
    asked()
    bridge.answer(p.AskSchemes, answer("first=threads"))
    assert runs.checking.schemes["first"].chosen == "threads"


def test_a_pipeline_that_cannot_run_has_no_schemes_and_says_why(runs, bridge, asked):
    asked()
    bridge.answer(p.AskSchemes, answer("first=processes"))
    runs.checking.again()
    asked()
    bridge.answer(p.AskSchemes, RequestError("a is not set"))
    assert not runs.checking.schemes
    assert "a is not set" in runs.checking.no_schemes


def test_a_node_that_no_scheme_can_run_is_a_problem_before_the_run(runs, bridge, asked, qtbot):
    asked()
    large = p.NodeSchemes(nodes=("first",), chosen="", reason="it asks for 64 cores, and there are 2", candidates=())
    with qtbot.waitSignal(runs.problems_changed, timeout=MS):
        bridge.answer(p.AskSchemes, p.SchemeReasons(found=(large,)))
    (problem,) = runs.problems()
    assert (problem.severity, problem.node) == ("error", "first")
    assert problem.message == "no scheme can run it: it asks for 64 cores, and there are 2"
    assert runs.look("first").severity == "error"
    runs.checking._set_schemes(())
    assert not runs.problems()


def test_nothing_is_asked_while_a_run_goes_and_at_once_after_it(runs, bridge, asked, qtbot, start):
    start(runs)
    bridge.asked.clear()
    runs.checking._ask(p.AskSchemes)
    assert not runs.checking._under_way & {p.AskSchemes}
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    asked()


def test_what_a_run_did_is_shown_until_the_node_asks_for_another_scheme(runs, bridge, asked, qtbot, start):
    asked()
    bridge.answer(p.AskSchemes, answer("first=processes", "second=processes"))
    start(runs)
    bridge.news.emit(news("r1", row("first", "succeeded"), row("second", "running")))
    qtbot.waitUntil(lambda: runs.look("second").state == "running", timeout=MS)
    prefer(runs, "first", "threads")
    prefer(runs, "second", "threads")
    qtbot.waitUntil(lambda: runs.look("first").scheme == "", timeout=MS)
    assert runs.look("first").state == "succeeded"
    assert runs.look("second").scheme == "processes", "what runs goes on where it is"
    runs.document.undo()
    runs.document.undo()
    qtbot.waitUntil(lambda: runs.look("first").scheme == "processes", timeout=MS)


def test_nodes_that_ask_for_another_scheme_are_found_in_groups_too(runs):
    document = runs.document
    document.edit(group_nodes(document.pipeline, ["first"], "inside"), "group")
    before = document.pipeline.copy()
    assert moved_nodes(before, document.pipeline) == set()
    inner = document.pipeline.nodes["inside"].group
    document.edit(update_nodes(inner, {"first": {"scheme": "serial"}}, ("inside",)), "run on")
    prefer(runs, "second", "threads")
    assert moved_nodes(before, document.pipeline) == {"inside/first", "second"}


def test_a_group_is_foreseen_where_all_its_nodes_are(runs, bridge, asked, qtbot):
    document = runs.document
    document.edit(group_nodes(document.pipeline, ["first", "second"], "both"), "group")
    runs.checking._set_fresh({name: p.NodeFresh(node=name, state="stale") for name in ("both/first", "both/second")})
    runs.checking._set_schemes(answer("both/first=threads", "both/second=threads").found)
    assert runs.look("both").foreseen == "threads"
    runs.checking._set_schemes(answer("both/first=threads", "both/second=serial").found)
    assert runs.look("both").foreseen == ""


def test_nothing_is_asked_for_a_document_that_is_closed(runs, bridge, settings, qtbot):
    runs.close()
    Preferences(settings).move("threads", 0)
    assert not any(timer.isActive() for timer in runs.checking._timers.values())
