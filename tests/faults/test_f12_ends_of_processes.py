"""F12: a module that ends its process is named with its code or signal, and ends nothing else."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("deed", "arguments", "kind", "message"),
    [
        ("leave_with", {"code": 3}, "exited", "exited with code 3"),
        ("crash", {}, "killed", "killed by signal 11 (SIGSEGV)"),
        ("abort", {}, "killed", "killed by signal 6 (SIGABRT)"),
    ],
)
def test_the_end_of_a_worker_is_told_with_its_code_or_signal_and_hits_one_task(pool, deed, arguments, kind, message):
    (victim,) = pool.submit(pool.call(deed, "victim", **arguments))
    neighbours = pool.forty()

    found = pool.ended(victim)

    assert (found.result.kind, found.result.message, found.lost) == (kind, message, True)
    assert pool.all_well(neighbours)


def test_a_module_that_calls_exit_fails_its_task_and_its_worker_lives(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    (victim,) = pool.submit(pool.call("leave_politely", "victim", code=3))
    neighbours = pool.forty()

    cause = pool.cause(victim)

    assert (cause.kind, cause.message) == ("exception", "the module called sys.exit(3)")
    assert not pool.over[victim].lost
    assert pool.all_well(neighbours)
    assert pool.run("own_pid") == before
