"""Supervisors that are started before they are needed."""

from __future__ import annotations

import selectors

import psutil
import pytest

from treadle import Pipeline, run
from treadle.core.errors import PipelineError
from treadle.schemes.hosting.ahead import Ahead
from treadle.schemes.hosting.nursery import Nursery
from treadle.schemes.hosting.premises import Premises
from treadle.schemes.processes import worker

SERVED = worker.__name__


def children():
    return {child.pid for child in psutil.Process().children()}


@pytest.fixture
def setup(tmp_path):
    premises = Premises("test")
    yield premises.setup(tmp_path, [], f"{SERVED}:serve")
    premises.close()


def same(value: int) -> int:
    return value


def began_by(action):
    before = children()
    made = action()
    return made, children() - before


def test_one_that_was_started_ahead_is_taken_by_the_next_who_needs_one(setup):
    ahead, began = began_by(lambda: Ahead(SERVED))
    nursery, more = began_by(lambda: Nursery(setup))
    try:
        ahead.close()
        assert began == {nursery.pid}
        assert not more
        assert psutil.pid_exists(nursery.pid)
    finally:
        nursery.close(5.0)


def test_one_that_nobody_needed_is_ended():
    ahead, began = began_by(lambda: Ahead(SERVED))
    assert len(began) == 1
    ahead.close()
    ahead.close()
    assert not began & children()


def test_one_that_died_while_it_waited_is_not_taken(setup):
    ahead, began = began_by(lambda: Ahead(SERVED))
    (pid,) = began
    process = psutil.Process(pid)
    process.kill()
    with selectors.DefaultSelector() as selector:
        selector.register(ahead._begun.control, selectors.EVENT_READ)
        assert selector.select(5.0)
    ahead._begun.process.wait(5.0)
    nursery = Nursery(setup)
    try:
        assert nursery.pid != pid
    finally:
        nursery.close(5.0)
        ahead.close()


def test_a_run_that_is_refused_leaves_none():
    pipeline = Pipeline("broken")
    pipeline.add(same)
    before = children()
    with pytest.raises(PipelineError):
        run(pipeline, scheme="processes", cache=False)
    assert children() == before
