"""F16: a module that exhausts or changes its process harms no other task."""

from __future__ import annotations

import gc
import logging
import resource
import signal
import sys
import warnings

import pytest

from treadle.core.scheme import Lost


def test_endless_recursion_fails_its_task_only(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    (victim,) = pool.submit(pool.call("recurse", "victim", depth=0))
    neighbours = pool.forty()

    assert pool.cause(victim).type == "RecursionError"
    assert pool.all_well(neighbours)
    assert pool.run("own_pid") == before


def test_a_result_nested_a_million_deep_fails_its_task_only(pool):
    (victim,) = pool.submit(pool.call("deep_list", "victim", depth=1_000_000))
    neighbours = pool.forty()

    assert "recursion" in pool.cause(victim).message.lower()
    assert pool.all_well(neighbours)


def test_a_module_that_changes_all_that_tasks_share_changes_it_for_itself(make_pool):
    pool = make_pool(workers=1)
    before = pool.run("surroundings")

    pool.submit(pool.call("change_everything", "victim"))
    neighbours = pool.forty()

    assert pool.run("surroundings") == before
    assert pool.value("victim") is None
    assert pool.all_well(neighbours)


def test_a_module_cannot_change_what_others_read(make_pool):
    pool = make_pool(workers=1)
    pool.submit(pool.call("zeros", "array", count=100_000), pool.call("same", "list", value=[1, 2, 3]))
    neighbours = pool.forty()

    assert pool.cause_of("write_into", array=pool.ref("array")).type == "ValueError"
    assert [pool.run("grow", items=pool.ref("list")) for _ in range(3)] == [4, 4, 4]
    assert pool.run("first", array=pool.ref("array")) == 0.0
    assert pool.all_well(neighbours)


def test_an_alarm_that_a_module_leaves_does_not_go_off_in_another(make_pool):
    pool = make_pool(workers=1)
    pool.submit(pool.call(leave_an_alarm, "victim"))

    assert pool.run("sleep_shortly", seconds=0.2) == ""
    assert pool.value("victim") is None
    assert pool.all_well(pool.forty())


def leave_an_alarm():
    import signal

    signal.setitimer(signal.ITIMER_REAL, 0.1)


CHANGES = {
    "memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY)),
    "size of files": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY)),
    "open files": lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (20, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    ),
    "processor time": lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, resource.RLIM_INFINITY)),
    "processes": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, resource.getrlimit(resource.RLIMIT_NPROC)[1])),
    "signals": lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM}),
    "trace": lambda: sys.settrace(lambda *_: None),
    "profile": lambda: sys.setprofile(lambda *_: None),
    "warnings": lambda: warnings.simplefilter("error"),
    "garbage": gc.disable,
    "logging": lambda: logging.disable(logging.CRITICAL),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_a_module_changes_of_its_process_is_as_before_for_the_next(make_pool, change):
    pool = make_pool(workers=1)
    before = pool.run(standing)

    changed = pool.run(standing, change=change)
    after = pool.run(standing)

    assert changed != before
    assert after == before


def standing(change=None):
    """Make a change; return what tasks share of this process, and which one it is."""
    import gc
    import logging
    import os
    import resource
    import signal
    import sys
    import warnings

    if change is not None:
        change()
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return (
        {name: resource.getrlimit(getattr(resource, name)) for name in names},
        sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))),
        (sys.gettrace() is None, sys.getprofile() is None, gc.isenabled(), logging.root.manager.disable),
        [str(one) for one in warnings.filters],
        os.getpid(),
    )


def test_a_short_module_that_lowers_a_limit_among_short_ones_harms_none(make_pool):
    pool = make_pool(workers=1)
    for _ in range(5):
        pool.run(write_a_file, limit=0)

    tasks = pool.submit(*[pool.call(write_a_file, f"t{n}", limit=1000 * (n % 3 == 0)) for n in range(60)])

    assert [pool.value(task) for task in tasks] == [5000] * 60


def write_a_file(limit):
    """Write a file, and then lower the limit."""
    import resource
    from pathlib import Path

    written = Path("file").write_bytes(b"x" * 5000)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    return written


def test_warnings_that_a_module_silences_where_it_is_imported_stay_silenced(make_pool):
    pool = make_pool(workers=1)
    pool.run(import_what_silences)

    assert pool.run(is_silenced) == (True, False)


def import_what_silences():
    """Do as the import of a library does that silences a warning, and make errors of all others."""
    import sys
    import types
    import warnings

    sys.modules["a_library"] = types.ModuleType("a_library")
    warnings.filterwarnings("ignore", message="a size changed", category=RuntimeWarning)
    warnings.simplefilter("error")


def is_silenced():
    import warnings

    return any(one[0] == "ignore" and one[1] for one in warnings.filters), warnings.filters[0][0] == "error"


@pytest.mark.parametrize(
    ("deed", "arguments"),
    [
        ("lower_for_good", {"kind": "RLIMIT_FSIZE", "limit": 1 << 20}),
        ("lower_for_good", {"kind": "RLIMIT_NOFILE", "limit": 100}),
        ("lower_for_good", {"kind": "RLIMIT_AS", "limit": 4 << 30}),
        ("slow_down_for_good", {}),
    ],
)
def test_a_worker_that_is_changed_for_good_is_replaced_before_the_next_task_and_loses_nothing(
    make_pool, deed, arguments
):
    pool = make_pool(workers=1)
    pool.submit(pool.call("zeros", "kept", count=100_000))
    (victim,) = pool.submit(pool.call(deed, "victim", **arguments))
    neighbours = pool.forty()

    assert pool.all_well(neighbours)
    changed = pool.value(victim)
    assert pool.run("first", array=pool.ref("kept")) == 0.0
    assert changed == pool.over[victim].place.pid
    assert changed not in {pool.over[task].place.pid for task in neighbours}
    assert not pool.of(Lost)


@pytest.mark.parametrize("descriptor", [1, 2])
def test_what_a_task_prints_is_told_after_one_that_turned_its_output_elsewhere(make_pool, descriptor):
    pool = make_pool(workers=1)
    before = pool.run("own_pid")
    pool.run(turn_elsewhere, descriptor=descriptor)
    (task,) = pool.submit(pool.call("print_everywhere", word="w"))
    pool.value(task)

    assert len(pool.lines_of(task)) == 5
    assert pool.run("own_pid") == before


def turn_elsewhere(descriptor):
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
