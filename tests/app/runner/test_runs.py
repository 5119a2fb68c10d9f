"""Runs of a runner that ends while they are prepared."""

from __future__ import annotations

import threading

import pytest

from treadle import Pipeline
from treadle.app.runner.runs import Runs
from treadle.core.errors import UsageError
from treadle.core.protocol import RunOptions


@pytest.fixture
def prepared():
    """Return the runs of a runner, the name of one that was prepared, and what is told."""
    told = []
    runs = Runs(told.append)
    name = runs.prepare(adding(), RunOptions(cache=False), trust=True).run
    yield runs, name, told
    runs._going(name).feed.close()
    runs.close(0.0)


def adding():
    pipeline = Pipeline("adding")
    pipeline.add("operator:add", id="first", a=1, b=2)
    return pipeline


def threads(name):
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_nothing_begins_in_a_runner_that_ends(prepared):
    runs, name, told = prepared
    runs.close(0.0)
    runs.begin(name)
    assert not threads("treadle-run")
    assert not told


def test_what_is_prepared_too_late_leaves_no_thread(prepared):
    runs, _, _ = prepared
    runs.close(0.0)
    before = threads("treadle-feed")
    with pytest.raises(UsageError, match="the runner ends"):
        runs.prepare(adding(), RunOptions(cache=False), trust=True)
    assert threads("treadle-feed") == before
