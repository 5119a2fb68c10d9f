"""Plans of pipelines."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_SCRIPT = """
from treadle import Pipeline, fold
from treadle.core.authoring import Output
from treadle.core.planning.make_plan import make_plan

def number() -> float: return 1.0
def step(state: float, by: float, item: float) -> float: return state + by * item
def read(x: float) -> float: return x

p = Pipeline("walk")
for i in range(8):
    p.add(read, id=f"reader{i}", x=Output(p, "walk.out"))
p.add(step, id="walk", state=fold(0.0), item=p.add(lambda: [1.0, 2.0], id="items").out.each(), by=p.add(number))
print(*[node.id for node in make_plan(p).nodes])
"""


def order_with(seed: str) -> list[str]:
    shown = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.split()


@pytest.mark.parametrize("seed", ["2", "3"])
def test_the_order_of_a_plan_does_not_hang_on_how_python_hashes_strings(seed):
    assert order_with(seed) == order_with("1")
