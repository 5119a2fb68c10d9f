"""However modules misbehave, the window answers: how long its thread is away from its events."""

from __future__ import annotations

import sys

import psutil
import pytest
from whole_windows import Gaps

from treadle import Pipeline

PROMISED_SECONDS = 0.05
WORK_SECONDS = 3 * PROMISED_SECONDS
"""Three times what is promised: this machine does other things besides."""

MEGABYTES = 100
MOST_GROWN = 16 * 2**20
"""The log keeps ten thousand lines; written were up to a hundred times as many bytes as this."""

LAST_LINE = "x" * 99


def one(deed, **params):
    made = Pipeline("one")
    made.add(f"window_deeds:{deed}", id="deed", **params)
    return made


@pytest.fixture
def measured(whole):
    """Run a pipeline; return the record of its run and the gaps meanwhile, which `pytest -rP` shows."""
    return lambda pipeline: run_measured(whole, pipeline)


def run_measured(whole, pipeline, name="mine"):
    whole.ready()
    page = whole.open(pipeline, name)
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
def test_a_module_that_writes_much_neither_holds_the_window_nor_makes_it_grow(whole, measured, megabytes):
    # What both need for any run is there before.
    run_measured(whole, one("write_much", lines=20_000), "before")
    window, runner = psutil.Process(), psutil.Process(whole.program.bridge.welcome.pid)
    before = [one.memory_info().rss for one in (window, runner)]
    record, gaps = measured(one("write_much", lines=megabytes * 10_000))
    assert record.state == "succeeded"
    assert gaps.work < PROMISED_SECONDS, gaps.told()
    grown = [one.memory_info().rss - rss for one, rss in zip((window, runner), before, strict=True)]
    sys.stdout.write(f"; the window and the runner grew by {[byte / 2**20 for byte in grown]} MB")
    assert max(grown) < MOST_GROWN
    assert whole.window.page.runs.lines[-1].text == LAST_LINE


def test_a_thousand_tasks_do_not_hold_the_window(measured):
    made = Pipeline("many")
    items = made.add("window_deeds:numbers", id="numbers", count=1000).out.each()
    made.add("window_deeds:double", id="double", x=items)
    record, gaps = measured(made)
    assert record.counts()["succeeded"] == 1001
    assert gaps.work < WORK_SECONDS, gaps.told()
