"""A run of the window's runner stops at breakpoints, says where, and goes on when it is asked to."""

from __future__ import annotations

from pathlib import Path

import psutil
from runners import SECONDS

from treadle.core import protocol as p
from treadle.core.journal.reader import RunReader
from treadle.core.pipeline import Pipeline


def stopping() -> Pipeline:
    pipeline = Pipeline("stopping")
    first = pipeline.add("operator:add", id="first", a=1, b=2)
    second = pipeline.add("operator:mul", id="second", a=first.out, b=10)
    third = pipeline.add("operator:neg", id="third", a=second.out)
    second.breakpoint = third.breakpoint = True
    return pipeline


def until_it_waits(talk, places):
    return talk.until(p.RunNews, lambda news: news.waits_at == places)


def test_a_run_stops_at_each_breakpoint_and_goes_on_where_it_is_told_to(talk):
    started = talk.start(stopping(), scheme="serial", cache=False, breakpoints=True)
    until_it_waits(talk, ("second",))
    talk.ask(p.ResumeRun, run=started.run, breakpoints=("second",))
    until_it_waits(talk, ("third",))
    talk.ask(p.ResumeRun, run=started.run, breakpoints=("third",))
    until_it_waits(talk, ())
    assert talk.until(p.RunOver).states == {"succeeded": 3}


def test_a_run_that_was_not_told_to_heeds_no_breakpoints(talk):
    talk.start(stopping(), scheme="serial", cache=False)
    assert talk.until(p.RunOver).state == "succeeded"


def test_a_run_that_is_left_alone_waits_for_no_person(talk):
    started = talk.start(stopping(), scheme="serial", cache=False, breakpoints=True)
    until_it_waits(talk, ("second",))
    runner = psutil.Process(talk.client.pid)
    talk.ask(p.Detach)
    runner.wait(SECONDS)
    with RunReader(Path(started.journal)) as reader:
        assert reader.summary().state == "succeeded"
