"""F14: very large and very many values cost their owner nothing, and a generator is read once."""

from __future__ import annotations

import os
import resource
import shutil

import numpy as np
import pytest
from call_forms import shaped

TWO_GB = 2_000_000_000


@pytest.mark.slow
def test_two_gigabytes_pass_to_another_task_and_their_owner_never_holds_them(pool):
    if shutil.disk_usage("/dev/shm").free < 2 * TWO_GB or os.sysconf("SC_PHYS_PAGES") * 4096 < 4 * TWO_GB:
        pytest.skip("F14 is NOT tested with 2 GB: there is too little memory here")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pool.submit(pool.call("zeros", "large", count=TWO_GB // 8))
    neighbours = pool.forty()
    assert pool.ended("large").bytes_out > TWO_GB - 1000

    assert pool.run("first", array=pool.ref("large")) == 0.0
    assert pool.all_well(neighbours)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_a_hundred_thousand_values_arrive_one_by_one(pool):
    call = shaped(pool.call("same", "many", value=list(range(100_000))), split=frozenset({"out"}))
    pool.submit(call)
    neighbours = pool.forty()

    assert len(pool.ended("many").result.items["out"]) == 100_000
    assert pool.scheme.fetch(("many", "out", 99_999), 10.0) == 99_999
    assert pool.all_well(neighbours)


def test_a_generator_becomes_a_list(pool):
    neighbours = pool.forty()

    assert pool.run(lambda: (number * 2 for number in range(5))) == [0, 2, 4, 6, 8]
    assert (pool.run(lambda: map(np.sqrt, [1.0, 4.0]))) == [1.0, 2.0]
    assert pool.all_well(neighbours)
