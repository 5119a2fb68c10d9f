"""How jobs on an engine are ended before their time, and nothing else with them."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import cloudpickle
from clusters import wait_until

from treadle.schemes.ipython.remote import messages as m

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def _waits(place: str) -> str:
    print("begun", flush=True)  # noqa: T201
    end = time.monotonic() + 30
    while not Path(place).exists() and time.monotonic() < end:
        time.sleep(0.001)
    return "to the end"


def _asks() -> str:
    from treadle import cancelled

    print("begun", flush=True)  # noqa: T201
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if cancelled():
            return "asked"
        time.sleep(0.001)
    return "never"


def _begun(number: int):
    return lambda message: message[:2] == (m.LINES, number)


def _outcomes(told):
    return {message[1]: message[2] for message in told if message[0] == m.ANSWER}


def _result(outcome):
    return cloudpickle.loads(outcome[0]["out", -1])


def test_sigint_ends_the_job_that_is_to_be_stopped_and_the_batch_goes_on(engine, runner, tmp_path):
    runner.start(runner.job(_waits, {"place": str(tmp_path / "never")}), runner.job(os.getpid, {}))
    runner.until(_begun(0))
    assert engine.control(m.STOP, "one", 0) == (m.RUNNING, False)
    engine.process.send_signal(signal.SIGINT)
    outcomes = _outcomes(runner.heard())
    assert outcomes[0].kind == "cancelled"
    assert _result(outcomes[1]) == engine.process.pid


def test_sigint_harms_no_job_but_the_one_that_was_named(engine, runner, tmp_path):
    runner.start(runner.job(_waits, {"place": str(tmp_path / "go")}), runner.job(os.getpid, {}))
    runner.until(_begun(0))
    for _ in range(5):
        engine.process.send_signal(signal.SIGINT)
        engine.control(m.LOOK, "one")
    (tmp_path / "go").touch()
    assert _result(_outcomes(runner.heard())[0]) == "to the end"


def _swallows(place: str) -> str:
    print("begun", flush=True)  # noqa: T201
    end, heard = time.monotonic() + 30, 0
    while time.monotonic() < end and heard < 2:
        try:
            time.sleep(1)
        except KeyboardInterrupt:
            heard += 1
            Path(place).touch()
    return f"heard {heard}"


def test_what_a_person_interrupts_fails_by_that_and_says_where_it_was_and_the_batch_goes_on(engine, runner, tmp_path):
    runner.start(runner.job(_waits, {"place": str(tmp_path / "never")}), runner.job(os.getpid, {}))
    runner.until(_begun(0))
    assert engine.control(m.BREAK, "") == "task 0"
    outcomes = _outcomes(runner.heard())
    assert (outcomes[0].kind, outcomes[0].type, outcomes[0].message) == ("exception", "KeyboardInterrupt", m.BROKEN)
    assert "in _waits" in outcomes[0].traceback
    assert "executing.py" not in outcomes[0].traceback
    assert _result(outcomes[1]) == engine.process.pid


def test_a_module_that_goes_on_although_it_was_interrupted_hears_it_again_and_has_failed(engine, runner, tmp_path):
    runner.start(runner.job(_swallows, {"place": str(tmp_path / "heard")}))
    runner.until(_begun(0))
    assert engine.control(m.BREAK, "") == "task 0"
    wait_until((tmp_path / "heard").exists)
    assert engine.control(m.BREAK, "") == "task 0"
    assert _outcomes(runner.heard())[0].message == m.BROKEN


def test_what_is_interrupted_tells_nothing_of_what_it_was_just_handling(engine, runner):
    def handles() -> None:
        try:
            raise ValueError("swordfish")
        except ValueError:
            print("begun", flush=True)  # noqa: T201
            time.sleep(30)

    runner.start(runner.job(handles, {}))
    runner.until(_begun(0))
    engine.control(m.BREAK, "")
    cause = _outcomes(runner.heard())[0]
    assert "time.sleep" in cause.traceback
    assert "swordfish" not in cause.traceback.replace('raise ValueError("swordfish")', "")


def test_where_no_task_runs_none_is_interrupted(engine, runner):
    assert engine.control(m.BREAK, "") == m.UNKNOWN
    runner.start(runner.job(os.getpid, {}))
    assert _result(_outcomes(runner.heard())[0]) == engine.process.pid
    assert engine.control(m.BREAK, "") == m.UNKNOWN


def test_a_module_that_asks_is_told_that_it_is_cancelled(engine, runner):
    runner.start(runner.job(_asks, {}))
    runner.until(_begun(0))
    state, _ = engine.control(m.STOP, "one", 0)
    assert state == m.RUNNING
    assert _result(_outcomes(runner.heard())[0]) == "asked"


def test_jobs_that_are_recalled_never_begin_also_if_they_come_later(engine, runner, tmp_path):
    runner.start(runner.job(_waits, {"place": str(tmp_path / "go")}), *(runner.job(os.getpid, {}) for _ in range(3)))
    runner.until(_begun(0))
    assert engine.control(m.RECALL, "one", [0, 1, 3, 4]) == [1, 3, 4]
    (tmp_path / "go").touch()
    assert set(_outcomes(runner.heard())) == {0, 2}
    assert runner.not_begun == (1, 3)
    runner.start(runner.job(os.getpid, {}), runner.job(os.getpid, {}))
    assert set(_outcomes(runner.heard())) == {5}


def test_a_job_that_is_stopped_before_it_begins_is_dropped_and_one_that_is_over_is_said_to_be(engine, runner, tmp_path):
    runner.start(runner.job(_waits, {"place": str(tmp_path / "go")}), runner.job(os.getpid, {}))
    runner.until(_begun(0))
    assert engine.control(m.STOP, "one", 1) == (m.DROPPED, False)
    (tmp_path / "go").touch()
    assert set(_outcomes(runner.heard())) == {0}
    assert engine.control(m.STOP, "one", 0) == (m.OVER, False)


def test_what_runs_can_be_looked_at(engine, runner, tmp_path):
    runner.start(runner.job(_waits, {"place": str(tmp_path / "go")}))
    runner.until(_begun(0))
    task, seconds = m.Load(*engine.control(m.LOOK, "one")).running
    assert task == "task 0"
    assert 0 < seconds < 60
    (tmp_path / "go").touch()
    runner.heard()
    assert m.Load(*engine.control(m.LOOK, "one")).running is None
