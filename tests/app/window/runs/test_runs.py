"""The runs of a document, with a bridge that answers what the test says."""

from __future__ import annotations

from windows import FakeBridge, begun, row, told

from treadle import Pipeline
from treadle.app.runner.client import RequestError
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.toolbox.preferences import Preferences
from treadle.core import protocol as p
from treadle.core.edits import remove_nodes, rename_node, set_parameter
from treadle.core.run.selection import PREFERENCE
from treadle.core.validation.problems import Problem

MS = 10_000


def sums():
    made = Pipeline("sums")
    made.add("operator:mul", id="second", a=made.add("operator:add", id="first", a=1, b=2).out, b=10)
    return made


def asked(bridge, qtbot, kind):
    qtbot.waitUntil(lambda: bool(bridge.requests(kind)), timeout=MS)


def looked(runs, qtbot, node, state):
    qtbot.waitUntil(lambda: runs.look(node).state == state, timeout=MS)


def refusal(kind, message):
    error = RequestError(message)
    error.kind = kind
    return error


def test_a_run_is_of_the_document_as_it_is_with_the_options_that_were_chosen(runs, bridge, qtbot, start):
    runs.scheme = "threads"
    facts = start(runs, until=["first"])
    assert facts["options"] == p.RunOptions(scheme="threads", until=("first",), preference=PREFERENCE, breakpoints=True)
    assert '"second"' in facts["document"].text
    assert runs.state == "running"


def test_each_run_goes_by_the_schemes_as_they_are_set_when_it_begins(runs, bridge, settings, qtbot, start):
    preferences = Preferences(settings)
    preferences.move("threads", 0)
    preferences.enable("ipython", False)
    preferences.set("processes", number=3, memory_gb=2.0)
    options = start(runs)["options"]
    assert options.preference == ("threads", "processes", "serial")
    assert options.settings == {"processes": p.SchemeSettings(number=3, memory_gb=2.0)}


def test_there_is_one_run_at_a_time(runs, bridge, qtbot, start):
    start(runs)
    assert not runs.start()


def test_news_become_looks_that_are_told_together(runs, bridge, qtbot, start):
    start(runs)
    with qtbot.waitSignal(runs.looks_changed, timeout=MS):
        pass
    heard = []
    runs.looks_changed.connect(heard.append)
    for number in range(50):
        bridge.news.emit(told("r1", row("first", "running"), seconds=number / 100))
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "running", reason="free")))
    qtbot.waitUntil(lambda: bool(heard), timeout=MS)
    assert heard == [{"first", "second"}]
    assert runs.look("first").state == "succeeded"
    assert (runs.look("second").state, runs.look("second").scheme, runs.look("second").reason) == (
        "running", "processes", "free",
    )  # fmt: skip


def test_news_go_to_the_document_whose_run_it_is(make, bridge, qtbot, start):
    one, other = make(), make()
    start(one, "r1")
    start(other, "r2")
    bridge.news.emit(told("r2", row("first", "failed")))
    looked(other, qtbot, "first", "failed")
    assert one.look("first").state == "waiting"


def test_an_edited_node_and_what_follows_look_stale_until_the_edit_is_undone(runs, bridge, qtbot, start):
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "running")))
    runs.document.edit(set_parameter(runs.document.pipeline, "second", "b", 11), "set")
    looked(runs, qtbot, "second", "stale")
    assert runs.look("first").state == "succeeded"
    runs.document.undo()
    looked(runs, qtbot, "second", "running")


def test_an_edit_is_stale_at_once_whatever_freshness_was_told_before(runs, bridge, qtbot, start):
    asked(bridge, qtbot, p.AskFreshness)
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "succeeded")))
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    bridge.answer(p.AskFreshness, p.FreshnessList(nodes=(p.NodeFresh(node="second", state="fresh"),)))
    assert runs.look("second").freshness == "fresh"
    runs.document.edit(set_parameter(runs.document.pipeline, "second", "b", 11), "set")
    looked(runs, qtbot, "second", "stale")


def test_nodes_that_are_renamed_or_removed_in_a_run_do_no_harm(runs, bridge, qtbot, start):
    start(runs)
    runs.document.edit(rename_node(runs.document.pipeline, "second", "third"), "rename")
    runs.document.edit(remove_nodes(runs.document.pipeline, ["first"]), "delete")
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "failed", cause="no")))
    looked(runs, qtbot, "first", "succeeded")
    assert runs.look("third").counts == {}


def test_pause_and_go_on_are_asked_and_shown_at_once(runs, bridge, qtbot, start):
    start(runs)
    runs.pause()
    assert runs.paused
    runs.go_on()
    assert runs.state == "running"
    assert [facts["run"] for kind in (p.PauseRun, p.ResumeRun) for _, facts in bridge.requests(kind)] == ["r1", "r1"]


def test_a_run_a_node_or_a_task_is_cancelled(runs, bridge, qtbot, start):
    start(runs)
    runs.cancel(nodes=["first"])
    runs.cancel(tasks=["second"])
    assert runs.state == "running"
    runs.cancel()
    assert runs.state == "stopping"
    wanted = [(facts["nodes"], facts["tasks"]) for _, facts in bridge.requests(p.CancelRun)]
    assert wanted == [(("first",), ()), ((), ("second",)), ((), ())]
    bridge.news.emit(p.RunOver(run="r1", state="cancelled", seconds=1.0))
    assert runs.state == "idle"


def test_a_run_that_is_stopped_before_it_began_is_cancelled_when_it_does(runs, bridge, qtbot):
    assert runs.start()
    asked(bridge, qtbot, p.StartRun)
    runs.cancel()
    bridge.answer(p.StartRun, begun("r1", "first"))
    assert bridge.requests(p.CancelRun)


def test_what_failed_is_run_again_without_what_is_done(runs, bridge, qtbot, start):
    start(runs, until=["second"])
    assert not runs.has_failed
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "failed", cause="no")))
    bridge.news.emit(p.RunOver(run="r1", state="failed", seconds=1.0))
    assert runs.has_failed
    assert runs.retry_failed()
    asked(bridge, qtbot, p.StartRun)
    options = bridge.answer(p.StartRun, begun("r2", "first", "second"))["options"]
    assert (options.resume, options.until) == (True, ("second",))


def test_the_run_before_is_let_go_of_when_another_begins(runs, bridge, qtbot, start):
    start(runs, "r1")
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    assert not bridge.requests(p.ForgetRun)
    start(runs, "r2")
    assert [facts["run"] for _, facts in bridge.requests(p.ForgetRun)] == ["r1"]


def test_a_document_that_is_closed_ends_its_run_and_lets_go_of_it(runs, bridge, qtbot, start):
    start(runs)
    runs.close()
    assert [facts["run"] for _, facts in bridge.requests(p.CancelRun)] == ["r1"]
    assert [facts["when_over"] for _, facts in bridge.requests(p.ForgetRun)] == [True]
    bridge.news.emit(told("r1", row("first", "failed")))


def test_a_run_that_begins_after_its_document_was_closed_is_ended(runs, bridge, qtbot):
    assert runs.start()
    asked(bridge, qtbot, p.StartRun)
    runs.close()
    bridge.answer(p.StartRun, begun("r1", "first"))
    assert bridge.requests(p.CancelRun)


def test_a_runner_that_dies_in_a_run_leaves_its_tasks_lost_and_is_started_again_to_resume(runs, bridge, qtbot, start):
    start(runs)
    bridge.news.emit(told("r1", row("first", "succeeded"), row("second", "running")))
    bridge.be("gone", "the runner was killed by signal 9")
    assert runs.state == "lost contact"
    looked(runs, qtbot, "second", "lost contact")
    assert runs.look("first").state == "succeeded"
    assert any("signal 9" in problem.message for problem in runs.problems())
    assert runs.retry_failed()
    assert bridge.starts == 1
    asked(bridge, qtbot, p.StartRun)
    assert bridge.answer(p.StartRun, begun("r2", "first", "second"))["options"].resume


def test_a_runner_that_dies_between_runs_disturbs_nothing(runs, bridge, qtbot, start):
    start(runs)
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    bridge.be("gone", "killed")
    assert runs.state == "idle"


def test_why_a_run_did_not_begin_is_a_problem(runs, bridge, qtbot):
    runs.start()
    asked(bridge, qtbot, p.StartRun)
    with qtbot.waitSignal(runs.problems_changed, timeout=MS):
        bridge.answer(p.StartRun, refusal("RefusedError", "it asks for 99 cores"))
    assert runs.state == "idle"
    assert [problem.message for problem in runs.problems()] == ["it asks for 99 cores"]


def test_code_that_is_not_trusted_is_shown_before_it_runs(bridge, settings, qtbot):
    bridge.trusted, bridge.code = False, (p.CodePlace(place="first", what="operator:add"),)
    runs = Runs(bridge, Document(sums()), settings)
    qtbot.waitUntil(lambda: runs.trusting.restricted is True, timeout=MS)
    runs.start(until=["first"])
    asked(bridge, qtbot, p.StartRun)
    with qtbot.waitSignal(runs.trust_needed, timeout=MS) as caught:
        assert bridge.answer(p.StartRun, refusal("UntrustedError", "not trusted"))["trust"] is False
    assert caught.args[0].code == bridge.code
    assert not runs.problems()
    runs.trust_and_run()
    asked(bridge, qtbot, p.GiveTrust)
    bridge.answer(p.GiveTrust, p.Done())
    asked(bridge, qtbot, p.StartRun)
    facts = bridge.answer(p.StartRun, begun("r1", "first"))
    assert facts["trust"]
    assert facts["options"].until == ("first",)
    runs.close()


def test_what_the_person_adds_to_a_trusted_document_runs_without_asking(runs, bridge, qtbot, start):
    qtbot.waitUntil(lambda: runs.trusting.trusted, timeout=MS)
    bridge.trusted = False
    runs.document.edit(set_parameter(runs.document.pipeline, "second", "b", 11), "set")
    assert start(runs)["trust"]


def test_problems_of_a_check_are_told_with_the_node_they_are_about(runs, bridge, qtbot):
    bridge.problems = [
        Problem("warning", "x", "nodes.second", "odd"),
        Problem("error", "y", "nodes.second.params.b", "bad"),
    ]
    qtbot.waitUntil(lambda: runs.look("second").problems == 2, timeout=MS)
    assert runs.look("second").severity == "error"
    assert [(one.severity, one.node, one.place) for one in runs.problems()] == [
        ("error", "second", "second · b"), ("warning", "second", "second"),
    ]  # fmt: skip


def test_many_edits_are_checked_once_and_an_answer_for_an_older_document_is_dropped(runs, bridge, qtbot):
    asked(bridge, qtbot, p.AskFreshness)
    first = len(bridge.requests(p.CheckDocument))
    for number in range(20):
        runs.document.edit(set_parameter(runs.document.pipeline, "second", "b", number), "set")
    fresh = p.FreshnessList(nodes=(p.NodeFresh(node="second", state="fresh"),))
    bridge.answer(p.AskFreshness, fresh)
    assert runs.look("second").state != "fresh"
    asked(bridge, qtbot, p.AskFreshness)
    assert len(bridge.requests(p.CheckDocument)) == first + 1
    bridge.answer(p.AskFreshness, fresh)
    assert runs.look("second").state == "fresh"


def test_freshness_is_asked_when_a_run_is_over_and_not_while_it_goes(runs, bridge, qtbot, start):
    asked(bridge, qtbot, p.AskFreshness)
    bridge.answer(p.AskFreshness, p.FreshnessList(nodes=()))
    start(runs)
    runs.checking.ask_freshness()
    bridge.news.emit(p.RunOver(run="r1", state="succeeded", seconds=1.0))
    asked(bridge, qtbot, p.AskFreshness)
    assert len(bridge.requests(p.AskFreshness)) == 1


def test_a_document_that_is_opened_while_the_runner_starts_is_checked_when_it_is_there(settings, qtbot):
    bridge = FakeBridge("starting")
    runs = Runs(bridge, Document(sums()), settings)
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in runs.checking._timers.values()), timeout=MS)
    assert not bridge.asked
    bridge.be("idle")
    asked(bridge, qtbot, p.CheckDocument)
    runs.close()


def test_of_many_nodes_that_look_different_some_are_told_at_a_time_and_none_is_left_out(
    runs, bridge, qtbot, start, monkeypatch
):
    monkeypatch.setattr("treadle.app.window.runs.looks.MOST_AT_ONCE", 10)
    start(runs)
    heard = []
    runs.looks_changed.connect(heard.append)
    bridge.news.emit(told("r1", *(row(f"n{at}", "succeeded") for at in range(100))))
    qtbot.waitUntil(lambda: {f"n{at}" for at in range(100)} <= set().union(*heard), timeout=MS)
    assert max(map(len, heard)) == 10
