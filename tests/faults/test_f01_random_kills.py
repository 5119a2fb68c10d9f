"""F01: runs whose workers are killed at random finish with the right answer, and leave no process."""

from __future__ import annotations

import pytest
from killing import Killer, answer, fan, left_over

from treadle import run
from treadle.app.schemes import SCHEMES

PARALLEL = [name for name in ("auto", *SCHEMES) if name not in {"serial", "ipython"}]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", PARALLEL)
@pytest.mark.parametrize("seed", range(5))
def test_a_run_whose_workers_are_killed_gives_the_right_answer_and_leaves_no_process(seed, scheme):
    pipeline, last = fan(12, 3)
    for node in pipeline.nodes.values():
        assert node.retries == 0
    with Killer(seed, most=4) as killer:
        result = run(pipeline, scheme=scheme, cache=False)
    assert killer.killed
    assert result.state == "succeeded", [str(failure.cause) for failure in result.failures]
    assert result[last] == answer(12, 3)
    result.close()
    assert left_over() == []
