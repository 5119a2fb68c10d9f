"""Large values that nothing needs any more are let go of, and are there nevertheless for who asks."""

from __future__ import annotations

import os

import numpy as np
import pytest

from treadle import Pipeline, module, run
from treadle.core.run import letting_go

LARGE = 4 * letting_go.SMALL


def large(count: int) -> np.ndarray:
    return np.zeros(count, np.uint8)


def more(array: np.ndarray) -> np.ndarray:
    return array + np.uint8(1)


def total(array: np.ndarray) -> int:
    return int(array.sum())


@module(cache=False)
def whoever(array: np.ndarray) -> np.ndarray:
    return array + np.uint8(os.getpid() % 7)


def chain(*steps, count=LARGE):
    pipeline = Pipeline("chain")
    last = pipeline.add(large, id="large", count=count)
    for number, step in enumerate(steps):
        last = pipeline.add(step, id=f"step{number}", array=last.out)
    pipeline.add(total, id="total", array=last.out)
    return pipeline


@pytest.fixture(autouse=True)
def all_is_quick(monkeypatch):
    monkeypatch.setattr(letting_go, "QUICK", 1.0)


def gone(result):
    return {task.id for task in result._executor.scheduler.layout.tasks.values() if task.gone}


@pytest.mark.parametrize("scheme", ["serial", "threads", "processes"])
def test_large_values_go_as_soon_as_nothing_needs_them_and_are_computed_again_for_who_asks(scheme):
    with run(chain(more, more), scheme=scheme, cache=False) as result:
        assert result["total"] == 2 * LARGE
        assert gone(result) == {"large", "step0", "step1"}
        assert (result["step0"] == 1).all()
        assert result.port("step1", "out").sum() == 2 * LARGE


def test_what_is_computed_again_is_no_run_of_the_history(tmp_path):
    with run(chain(more), scheme="serial", cache=False) as result:
        before = set(result.journal.parent.iterdir())
        assert result["step0"].sum() == LARGE
        assert {path for path in result.journal.parent.iterdir() if path.suffix == ".sqlite"} <= before


def test_small_values_stay(monkeypatch):
    with run(chain(more, count=1000), scheme="serial", cache=False) as result:
        assert gone(result) == set()
    monkeypatch.setattr(letting_go, "SMALL_IN_ALL", 1900)
    with run(chain(more, count=1000), scheme="serial", cache=False) as result:
        assert gone(result) == {"step0"}


def test_all_stay_where_that_is_wanted():
    with run(chain(more), scheme="serial", cache=False, keep_all=True) as result:
        assert gone(result) == set()
        assert result["step0"].sum() == LARGE


def test_what_would_take_long_to_make_again_stays_if_there_is_no_cache(monkeypatch):
    monkeypatch.setattr(letting_go, "QUICK", 1e18)
    with run(chain(more), scheme="serial", cache=False) as result:
        assert gone(result) == set()


def test_what_would_not_be_the_same_again_stays_with_all_that_comes_of_it():
    with run(chain(more, whoever, more), scheme="serial", cache=False) as result:
        assert gone(result) == {"large", "step0"}


def test_with_a_cache_all_but_what_is_no_function_of_its_inputs_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(letting_go, "QUICK", 1e18)
    with run(chain(more, whoever), scheme="processes", cache=tmp_path / "cache") as result:
        assert gone(result) == {"large", "step0"}
        assert result["step0"].sum() == LARGE


def test_what_cannot_be_computed_again_is_told_with_what_to_do(tmp_path):
    flag = tmp_path / "flag"
    flag.touch()

    def once(array: np.ndarray) -> np.ndarray:
        if not flag.exists():
            raise OSError("the disk is away")
        return array + np.uint8(1)

    with run(chain(once), scheme="serial", cache=False) as result:
        flag.unlink()
        with pytest.raises(Exception, match=r"let go of.*computing it again failed") as caught:
            _ = result["step0"]
        assert "keep_all=True" in str(caught.value)
