"""F13: what cannot be pickled is named with its port and type; the original exception is kept; the worker lives."""

from __future__ import annotations

import threading


def test_an_input_that_cannot_be_pickled_is_named_before_anything_runs(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    (victim,) = pool.submit(pool.call("same", "victim", value=threading.Lock()))
    neighbours = pool.forty()

    found = pool.ended(victim)

    assert found.refused
    assert found.result.kind == "not picklable"
    assert "'value'" in found.result.message
    assert "lock" in found.result.message
    assert pool.all_well(neighbours)
    assert pool.run("own_pid") == before


def test_an_output_that_cannot_be_pickled_is_named(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    (victim,) = pool.submit(pool.call("lock", "victim"))
    neighbours = pool.forty()

    cause = pool.cause(victim)

    assert (cause.kind, cause.type) == ("not picklable", "lock")
    assert "'out'" in cause.message
    assert pool.all_well(neighbours)
    assert pool.run("own_pid") == before


def test_an_exception_that_cannot_be_pickled_keeps_its_text_and_traceback(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    (victim,) = pool.submit(pool.call("fail_stubbornly", "victim"))
    neighbours = pool.forty()

    cause = pool.cause(victim)

    assert (cause.kind, cause.type, cause.message) == ("exception", "Stubborn", "stubborn 1 2")
    assert "fail_stubbornly" in cause.traceback
    assert pool.all_well(neighbours)
    assert pool.run("own_pid") == before
