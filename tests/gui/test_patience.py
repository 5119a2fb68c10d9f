"""However modules misbehave, the window answers: how long its thread is away from its events."""

from __future__ import annotations

import sys

import pytest
from whole_windows import Gaps

from treadle import Pipeline

WORK_SECONDS = 0.15
"""Three times what is promised: this machine does other things besides."""

MEGABYTES = 100


def one(deed, **params):
    made = Pipeline("one")
    made.add(f"window_deeds:{deed}", id="deed", **params)
    return made


@pytest.fixture
def measured(whole):
    """Run a pipeline; return the record of its run and the gaps meanwhile, which `pytest -rP` shows."""
    return lambda pipeline: run_measured(whole, pipeline)


def run_measured(whole, pipeline):
    whole.ready()
    page = whole.open(pipeline)
    gaps = Gaps()
    page.runs.start()
    record = whole.over(page, 240_000)
    sys.stdout.write(gaps.told())
    return record, gaps


def test_a_module_that_holds_the_interpreter_does_not_hold_the_window(measured):
    record, gaps = measured(one("hold_the_interpreter"))
    assert record.state == "succeeded"
    assert gaps.work < WORK_SECONDS, gaps.told()


def test_a_module_that_crashes_does_not_hold_the_window(measured):
    record, gaps = measured(one("segfault"))
    assert record.state == "failed"
    assert gaps.work < WORK_SECONDS, gaps.told()


@pytest.mark.parametrize("megabytes", [MEGABYTES, pytest.param(10 * MEGABYTES, marks=pytest.mark.slow)])
def test_a_module_that_writes_much_does_not_hold_the_window(measured, megabytes):
    record, gaps = measured(one("write_much", lines=megabytes * 10_000))
    assert record.state == "succeeded"
    assert gaps.work < WORK_SECONDS, gaps.told()


def test_a_thousand_tasks_do_not_hold_the_window(measured):
    made = Pipeline("many")
    items = made.add("window_deeds:numbers", id="numbers", count=1000).out.each()
    made.add("window_deeds:double", id="double", x=items)
    record, gaps = measured(made)
    assert record.counts()["succeeded"] == 1001
    assert gaps.work < WORK_SECONDS, gaps.told()
