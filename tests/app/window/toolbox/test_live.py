from __future__ import annotations

from windows import begun, row, told

from treadle import Pipeline
from treadle.app.window.runs.record import RunRecord
from treadle.app.window.toolbox.live import SPAN, Live, Pulse


def record(run="r1"):
    return RunRecord(begun(run, "first"), Pipeline("one"))


def done(*numbers):
    return [row(f"first[{number}]", "succeeded", began=0.1, ended=0.2) for number in numbers]


def test_without_a_run_no_scheme_does_anything():
    assert Pulse().look(None, 1.0) == {}


def test_a_scheme_tells_what_runs_and_how_many_tasks_end_in_a_second():
    pulse, run = Pulse(), record()
    pulse.look(run, 10.0)
    run.take(told("r1", *done(0, 1, 2, 3), row("first[4]", "running")))
    assert pulse.look(run, 12.0) == {"processes": Live(running=1, taken=5, rate=2.0)}


def test_what_is_long_past_does_not_count():
    pulse, run = Pulse(), record()
    pulse.look(run, 10.0)
    run.take(told("r1", *done(*range(100))))
    pulse.look(run, 11.0)
    pulse.look(run, 11.0 + SPAN)
    assert pulse.look(run, 12.0 + SPAN)["processes"].rate == 0.0


def test_the_last_failure_of_each_scheme_is_told():
    run = record()
    run.take(told("r1", row("a", "failed", cause="first"), row("b", "failed", cause="second")))
    run.take(told("r1", row("c", "failed", scheme="threads", cause="third")))
    live = Pulse().look(run, 1.0)
    assert live["processes"].error == "b: second"
    assert live["threads"].error == "c: third"


def test_another_run_begins_anew():
    pulse, run = Pulse(), record()
    run.take(told("r1", *done(*range(100))))
    pulse.look(run, 10.0)
    other = record("r2")
    other.take(told("r2", *done(1)))
    assert pulse.look(other, 11.0)["processes"].rate == 0.0


def test_what_was_lost_with_the_runner_is_not_said_to_be_done():
    run = record()
    run.take(told("r1", *done(0, 1, 2), row("first[3]", "running"), row("a", "running", scheme="threads")))
    run.lose("the runner ended")
    live = Pulse().look(run, 1.0)
    assert live["processes"].taken == 3
    assert live["threads"].taken == 0


def test_what_was_cancelled_is_not_said_to_be_done():
    run = record()
    run.take(told("r1", *done(0, 1), row("first[2]", "cancelled", began=0.1, ended=0.2)))
    run.lose("the runner ended")
    assert Pulse().look(run, 1.0)["processes"].taken == 2
