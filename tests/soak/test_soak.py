"""What must hold for hours: memory, threads, descriptors, right answers. `make soak` runs it."""

from __future__ import annotations

import gc
import threading

import psutil
import pytest
from killing import Killer, answer, fan, left_over

from treadle import run
from treadle.app.schemes import SCHEMES

pytestmark = pytest.mark.soak

RUNS = 200
ITEMS = 500
MEGABYTE = 1 << 20
PARALLEL = [name for name in SCHEMES if name not in {"serial", "ipython"}]


@pytest.mark.parametrize("scheme", PARALLEL)
def test_a_hundred_runs_with_random_kills_end_with_the_right_answer_and_leave_no_process(scheme):
    right = answer(20, 3)
    for seed in range(100):
        pipeline, last = fan(20, 3)
        with Killer(seed):
            result = run(pipeline, scheme=scheme, cache=False)
        assert (seed, result.state) == (seed, "succeeded"), [str(failure.cause) for failure in result.failures]
        assert result[last] == right
        result.close()
    assert left_over() == []


@pytest.mark.parametrize("scheme", PARALLEL)
@pytest.mark.parametrize("cache", [False, True])
def test_many_runs_in_one_session_take_no_more_and_more(scheme, cache):
    pipeline, _ = fan(ITEMS, 1)
    node = next(node for name, node in pipeline.nodes.items() if name == "work")
    node.params["rounds"] = 1
    seen = []
    for number in range(RUNS):
        result = run(pipeline, scheme=scheme, cache=cache)
        assert result.ok
        result.close()
        del result
        if number % 20 == 19:
            gc.collect()
            process = psutil.Process()
            seen.append((process.memory_info().rss, process.num_fds(), threading.active_count()))
    first, last = seen[1], seen[-1]
    tasks = (RUNS - 40) * ITEMS
    assert (last[0] - first[0]) / MEGABYTE < tasks / 1000
    assert last[1:] == first[1:]
    assert left_over() == []


def test_a_run_of_a_hundred_thousand_tasks_takes_two_kilobytes_for_each():
    pipeline, _ = fan(100_000, 1)
    next(node for name, node in pipeline.nodes.items() if name == "work").params["rounds"] = 1
    small, _ = fan(10, 1)
    run(small, cache=False, keep_all=False).close()
    before = psutil.Process().memory_info().rss
    result = run(pipeline, cache=False, keep_all=False)
    assert result.ok
    after = psutil.Process().memory_info().rss
    assert (after - before) / 100_000 < 2048
