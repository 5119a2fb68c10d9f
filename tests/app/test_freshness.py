"""What is fresh, stale or never run, and why, is told without running anything."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - the annotations of modules are read

import pytest
from cached_runs import run
from caching import SIGNER, Caches

from treadle import Pipeline, sweep
from treadle.app.freshness import freshness
from treadle.app.keeping import remembered_as
from treadle.core.library import files


def double(x: float) -> float:
    return 2 * x


def add(x: float, y: float = 0.0) -> float:
    return x + y


def numbers(count: int = 3) -> list[int]:
    return list(range(count))


def total(values: list) -> float:
    return sum(values)


def text_of(path: Path) -> str:
    return path.read_text()


class Rehearsing:
    def __init__(self, folder: Path) -> None:
        self.caches = Caches(folder)
        self.folder = folder / "work"
        self.folder.mkdir()

    def told(self, pipeline: Pipeline) -> dict[str, str]:
        cache = self.caches.open()
        found = freshness(pipeline, cache, SIGNER)
        cache.close(20)
        return {name: str(one) for name, one in found.items()}

    def run(self, pipeline: Pipeline) -> None:
        assert not run(pipeline, self.caches, self.folder, remembered_as(pipeline)).failed


@pytest.fixture
def rehearsing(tmp_path, monkeypatch):
    made = Rehearsing(tmp_path)
    monkeypatch.chdir(made.folder)
    yield made
    made.caches.close()


def chain(x: float = 1.0, y: float = 2.0) -> Pipeline:
    p = Pipeline("chain")
    a = p.add(double, x=x)
    b = p.add(add, x=a.out, y=y)
    p.add(double, id="last", x=b.out)
    return p


def test_a_pipeline_is_never_run_and_then_fresh(rehearsing):
    assert set(rehearsing.told(chain()).values()) == {"never run"}
    rehearsing.run(chain())
    assert set(rehearsing.told(chain()).values()) == {"fresh"}


def test_a_changed_parameter_is_named_and_what_follows_is_stale(rehearsing):
    rehearsing.run(chain())
    told = rehearsing.told(chain(y=3.0))
    assert told == {"double": "fresh", "add": "stale: `y` changed", "last": "stale: upstream stale"}


def test_a_parameter_that_is_set_back_makes_fresh_again(rehearsing):
    rehearsing.run(chain())
    rehearsing.run(chain(y=3.0))
    assert set(rehearsing.told(chain()).values()) == {"fresh"}


def test_a_changed_connection_is_named(rehearsing):
    rehearsing.run(chain())
    p = chain()
    p.nodes["add"].params.pop("y")
    other = Pipeline("chain")
    a = other.add(double, x=1.0)
    other.add(add, x=a.out, y=a.out)
    assert rehearsing.told(other)["add"] == "stale: `y` changed"


def test_results_that_are_no_longer_kept_are_told_of(rehearsing):
    rehearsing.run(chain())
    cache = rehearsing.caches.open()
    cache._index.clear()
    rehearsing.run(chain(y=5.0))
    rehearsing.run(chain())
    cache._index.remove([row.key for row in cache._index.all()])
    told = rehearsing.told(chain())
    assert told["double"] == "stale: no result is kept"
    assert told["add"] == "stale: upstream stale"


def test_a_mapped_node_is_told_as_a_count(rehearsing):
    def swept(values: list[float], y: float = 0.0) -> Pipeline:
        p = Pipeline("swept")
        p.add(total, values=p.add(add, x=sweep(values), y=y).out.joined())
        return p

    rehearsing.run(swept([1.0, 2.0, 3.0]))
    told = rehearsing.told(swept([1.0, 9.0, 3.0]))
    assert told == {"add": "1 of 3 stale: `x` changed", "total": "stale: upstream stale"}


def test_lengths_come_from_the_results_that_are_kept(rehearsing):
    def mapped(count: int, y: float) -> Pipeline:
        p = Pipeline("mapped")
        b = p.add(add, x=p.add(numbers, count=count).out.each(), y=y)
        p.add(total, values=b.out.joined())
        return p

    rehearsing.run(mapped(4, 1.0))
    assert rehearsing.told(mapped(4, 2.0))["add"] == "4 of 4 stale: `y` changed"
    told = rehearsing.told(mapped(5, 1.0))
    assert told == {"numbers": "stale: `count` changed", "add": "unknown: upstream stale", "total": told["total"]}
    assert told["total"] == "stale: upstream stale"


def listed() -> Pipeline:
    p = Pipeline("listed")
    p.add(text_of, path=p.add(files.list_files, folder="data").out.each())
    return p


def test_what_is_executed_each_time_counts_as_it_was_last(rehearsing):
    data = rehearsing.folder / "data"
    data.mkdir()
    (data / "a.txt").write_text("a")
    (data / "b.txt").write_text("b")
    rehearsing.run(listed())
    told = rehearsing.told(listed())
    assert told == {"list_files": "unknown: it is executed in each run", "text_of": "fresh"}
    (data / "b.txt").write_text("other")
    assert rehearsing.told(listed())["text_of"] == "unknown: input file changed"


def test_a_changed_input_file_is_told_of(rehearsing):
    p = Pipeline("one file")
    p.add(text_of, path="in.txt")
    (rehearsing.folder / "in.txt").write_text("a")
    rehearsing.run(p)
    assert rehearsing.told(p) == {"text_of": "fresh"}
    (rehearsing.folder / "in.txt").write_text("b")
    assert rehearsing.told(p) == {"text_of": "stale: input file of `path` changed"}


def test_a_changed_module_is_told_of_and_none_is_imported(rehearsing, monkeypatch):
    file = rehearsing.folder / "steps_of_freshness.py"
    file.write_text("def step(x: int) -> int:\n    return x\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(rehearsing.folder)])
    p = Pipeline("module")
    p.add("steps_of_freshness:step", x=1)
    rehearsing.run(p)
    assert rehearsing.told(p) == {"step": "fresh"}
    sys.modules.pop("steps_of_freshness")
    file.write_text("raise SystemExit('imported')\n")
    assert rehearsing.told(p) == {"step": "stale: the module changed"}
    assert "steps_of_freshness" not in sys.modules
