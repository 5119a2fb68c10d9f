"""The ipython scheme on engines that do not share our files: what they lack is brought there through the cluster."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from engine_bench import Bench, call

from treadle import scratch
from treadle.core.worker.call import Moved, Ref, Where
from treadle.core.worker.handing import hand_out, load
from treadle.schemes.ipython import greeting
from treadle.schemes.ipython.needs import sources

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Two engines that are told of a token that they will not find, and of no folder to look for modules in."""
    monkeypatch.setattr(greeting, "written_token", lambda _folder: ("token", "never written"))
    monkeypatch.setattr(greeting, "own_search_path", lambda _folders: ())
    (tmp_path / "steps_of_far").mkdir()
    (tmp_path / "steps_of_far" / "__init__.py").write_text("from .inner import twice\n")
    (tmp_path / "steps_of_far" / "inner.py").write_text("def twice(x: int) -> int:\n    return 2 * x\n")
    made = Bench(tmp_path, search_path=(tmp_path,))
    yield made
    made.close()


def large(count: int = 3_000_000) -> np.ndarray:
    return np.arange(count)


def where_and_sum(array: np.ndarray) -> tuple[int, int]:
    return os.getpid(), int(array.sum())


def keep_file() -> Path:
    path = scratch() / "result.txt"
    path.write_text("kept")
    return path


def read_file(path: Path) -> tuple[int, str]:
    return os.getpid(), path.read_text()


def test_a_file_that_a_module_returns_is_brought_here_and_to_the_other_engine(bench) -> None:
    bench.run(call(keep_file, "file"))
    kept = bench.value("file")
    assert kept.read_text() == "kept"
    numbers = sorted(bench.scheme._session._link.engines())
    for number in numbers:
        bench.run(call(read_file, f"read{number}", {"where": Where(engines=(number,))}, path=Ref(("file", "out", -1))))
    found = [bench.value(f"read{number}") for number in numbers]
    assert {text for _, text in found} == {"kept"}
    assert len({pid for pid, _ in found}) == 2


def test_engines_that_do_not_see_the_token_share_nothing(bench) -> None:
    assert not any(engine.facts.shared for engine in bench.scheme._session._engines.values())


def test_a_value_is_fetched_and_exported_in_pieces(bench) -> None:
    bench.run(call(large, "large"))
    assert (bench.value("large") == np.arange(3_000_000)).all()
    bench.scheme.export([("large", "out", -1)])
    exported = bench.until(lambda one: getattr(one, "value", None) == ("large", "out", -1))
    assert (load(exported.handed) == np.arange(3_000_000)).all()


def test_a_value_of_one_engine_is_brought_to_the_other(bench) -> None:
    made = bench.run(call(large, "large"))["large"]
    numbers = sorted(bench.scheme._session._link.engines())
    for number in numbers:
        settings = {"where": Where(engines=(number,))}
        bench.run(call(where_and_sum, f"sum{number}", settings, array=Ref(("large", "out", -1))))
    found = [bench.value(f"sum{number}") for number in numbers]
    assert {total for _, total in found} == {sum(range(3_000_000))}
    assert len({pid for pid, _ in found}) == 2
    assert made.place.pid in {pid for pid, _ in found}


def test_a_value_of_another_scheme_is_brought_there(bench, tmp_path) -> None:
    handed = hand_out(np.arange(100_000), tmp_path, tmp_path)
    bench.run(moved(handed))
    assert bench.value("sum")[1] == sum(range(100_000))


def moved(handed):
    made = call(where_and_sum, "sum")
    made.arguments["array"] = Moved(handed)
    return made


def test_local_files_that_an_engine_lacks_are_sent_there(bench) -> None:
    bench.run(call("steps_of_far:twice", x=4))
    assert bench.value("task") == 8


def test_a_module_that_nobody_has_is_refused_and_each_engine_named(bench) -> None:
    ended = bench.run(call("no_such_package.part:function", x=4))["task"]
    assert ended.refused
    for number in bench.scheme._session._link.engines():
        assert f"engine {number}: it has no module 'no_such_package'" in ended.result.message


def test_sources_are_the_users_own_files_alone(tmp_path) -> None:
    (tmp_path / "alone.py").write_text("x = 1\n")
    assert sources("alone", [str(tmp_path)]) == {"alone.py": b"x = 1\n"}
    assert sources("numpy", sys.path) == {}
    assert sources("no_such_module", [str(tmp_path)]) == {}
