"""Whatever happens in whatever order, each task ends once, and the run ends."""

from __future__ import annotations

from typing import Any

import pytest
from driving import Driver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import pipelines

from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.scheduler import Policy, Scheduler

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

ENABLED = [("serial",), ("processes", "serial"), ("threads", "processes")]


def drive(data: st.DataObject, pipeline: Any, steps: int) -> Driver:
    def pick(options: list[Any]) -> Any:
        return options[data.draw(st.integers(0, len(options) - 1))]

    plan = make_plan(pipeline)
    policy = Policy(
        pick(ENABLED),
        pick(["critical-path", "topological", "memory-first", "fifo", "lifo"]),
        pick(["continue", "continue", "stop", "abort"]),
        pick([1, 2, 100]),
        pick([0.5, 1.0, 100.0]),
        seconds={number: 10.0**-number for number in range(pick([0, 3]))},
        look_up=pick([False, True]),
        breakpoints=tuple(node.id for node in plan.nodes if pick([0, 0, 0, 1])),
    )
    driver = Driver(plan, policy, {name: pick([1, 2, 8]) for name in policy.enabled}, pick)
    for _ in range(steps):
        if driver.finished:
            break
        if not driver.cancelled and pick(list(range(50))) == 7:
            driver.cancelled = True
            driver.feed(e.CancelRun())
        driver.step()
    return driver


@settings(relaxed, max_examples=150)
@given(st.data(), pipelines(), st.integers(0, 60))
def test_every_task_ends_once_and_the_run_ends_when_all_reports_are_in(data, pipeline, steps) -> None:
    driver = drive(data, pipeline, steps)
    if driver.finished:
        driver.check_released()
    else:
        driver.finish()


@pytest.mark.slow
@settings(relaxed, max_examples=1000)
@given(st.data(), pipelines(12), st.integers(0, 150))
def test_every_task_ends_once_also_in_large_pipelines(data, pipeline, steps) -> None:
    driver = drive(data, pipeline, steps)
    if not driver.finished:
        driver.finish()


@settings(relaxed, max_examples=60)
@given(st.data(), pipelines(), st.integers(0, 40))
def test_the_same_events_give_the_same_commands(data, pipeline, steps) -> None:
    driver = drive(data, pipeline, steps)
    again = Scheduler(driver.plan, driver.scheduler.policy)
    told: list[object] = []
    for entry in driver.log:
        if isinstance(entry, e.Event):
            told += [entry, *again.handle(entry)]
    assert told == driver.log


@settings(relaxed, max_examples=60)
@given(st.data(), pipelines())
def test_a_run_in_which_nothing_fails_releases_every_result_that_is_read(data, pipeline) -> None:
    def pick(options: list[Any]) -> Any:
        return options[data.draw(st.integers(0, len(options) - 1))]

    driver = Driver(make_plan(pipeline), Policy(), {"serial": 3}, pick)
    driver.finish()


@settings(relaxed, max_examples=60)
@given(st.data(), pipelines(), st.integers(0, 30))
def test_nothing_starts_after_a_run_was_cancelled(data, pipeline, steps) -> None:
    driver = drive(data, pipeline, steps)
    if driver.finished:
        return
    commands = driver.feed(e.CancelRun())
    assert not any(isinstance(command, e.Start) for command in commands)
    driver.finish()
    assert not any(isinstance(entry, e.Start) for entry in driver.log[driver.log.index(e.CancelRun()) :])
