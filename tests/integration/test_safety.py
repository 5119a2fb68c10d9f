"""What a file from elsewhere cannot do, and what a person is told in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from treadle import Pipeline, run, scratch
from treadle.app.session import search_path
from treadle.core.errors import TreadleError

if TYPE_CHECKING:
    from pathlib import Path


def files_twice() -> list[Path]:
    path = scratch() / "a.txt"
    path.write_text("once")
    return [path, path, path.parent / "a.txt"]


def listed(n: int) -> list[int]:
    return list(range(n))


def given(x: str) -> str:
    return x


def test_a_file_without_code_of_its_own_brings_no_modules_along(tmp_path):
    library = Pipeline()
    library.add("treadle.core.library.values:number", value=1.0)
    library.file = tmp_path / "p.treadle"
    assert tmp_path not in search_path(library)
    own = Pipeline()
    own.add(listed, n=1)
    own.file = tmp_path / "p.treadle"
    assert tmp_path in search_path(own)


def test_a_path_that_a_module_returns_twice_is_kept_for_both():
    pipeline = Pipeline()
    node = pipeline.add(files_twice)
    result = run(pipeline, scheme="serial")
    assert [path.read_text() for path in result[node]] == ["once"] * 3


def test_a_variable_that_is_not_set_is_named_in_one_plain_line(monkeypatch):
    monkeypatch.delenv("NOT_SET_HERE", raising=False)
    pipeline = Pipeline()
    pipeline.add(given, x="${env:NOT_SET_HERE}")
    (failure,) = run(pipeline, scheme="serial").failures
    assert failure.cause.message == "the environment variable NOT_SET_HERE is not set where this task runs"
    assert failure.cause.traceback == ""


def test_running_to_a_disabled_node_is_refused():
    pipeline = Pipeline()
    node = pipeline.add(listed, n=1)
    node.mode = "disabled"
    with pytest.raises(TreadleError, match="is disabled"):
        run(pipeline, scheme="serial", until=[node])
