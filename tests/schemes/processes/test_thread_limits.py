"""Numeric libraries use as many threads as the call was given cores."""

from __future__ import annotations

import pytest
from call_forms import shaped


@pytest.mark.parametrize("order", [(1, 3, 1, 2, 2), (2, 1, 0, 4)])
def test_the_threads_of_numeric_libraries_follow_the_cores_of_the_call(make_rig, order):
    rig = make_rig(workers=1)
    for number, cores in enumerate(order):
        call = shaped(rig.call("threads_in_use", f"t{number}"), n_procs=cores)
        rig.submit(call)

        variable, pools = rig.value(f"t{number}")

        assert variable == str(max(1, cores))
        assert pools
        # A library may refuse to use more threads than it was built for, never fewer than one.
        assert all(1 <= threads <= max(1, cores) for threads in pools)
        assert cores < 2 or any(threads > 1 for threads in pools)
