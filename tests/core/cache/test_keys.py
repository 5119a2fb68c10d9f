"""What is executed again after a change, and only that: keys by lineage, in real runs."""

from __future__ import annotations

import importlib
import itertools
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cached_runs import run

from treadle import Pipeline, module, sweep
from treadle.core.library import files

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = itertools.count(1)


@pytest.fixture
def work(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    return folder


@pytest.fixture
def ran(caches, work) -> Callable[..., list[str]]:
    """Return a function that runs a pipeline and gives the tasks that were executed."""

    def go(pipeline: Pipeline, **options) -> list[str]:
        result = run(pipeline, caches, work, **options)
        assert not result.failed
        return sorted(result.executed)

    return go


def double(x: float) -> float:
    return 2 * x


def add(x: float, y: float = 0.0) -> float:
    return x + y


def numbers(count: int = 3) -> list[int]:
    return list(range(count))


def total(values: list) -> float:
    return sum(values)


def text_of(path: Path, mark: str = "") -> str:
    return path.read_text() + mark


@module(cache=False)
def two_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


@module(cache=False)
def now(x: int = 0) -> float:
    return time.time()


def chain(x: object = 1.0, y: object = 2.0) -> Pipeline:
    p = Pipeline("chain")
    a = p.add(double, x=x)
    p.add(add, x=a.out, y=y)
    return p


def test_nothing_is_executed_twice(ran):
    assert ran(chain()) == ["add", "double"]
    assert ran(chain()) == []


def test_the_values_of_a_run_without_executing_are_those_of_the_first(caches, work):
    first = run(chain(), caches, work)
    second = run(chain(), caches, work)
    assert first.values == second.values == {"double.out": 2.0, "add.out": 4.0}


def test_only_what_depends_on_a_changed_parameter_is_executed_again(ran):
    ran(chain())
    assert ran(chain(y=3.0)) == ["add"]
    assert ran(chain(x=3.0)) == ["add", "double"]


@pytest.mark.parametrize("other", [1, True, "1", [1.0], None])
def test_parameters_of_different_types_are_different(ran, other):
    p, q = Pipeline(), Pipeline()
    p.add(same, x=1.0)
    q.add(same, x=other)
    ran(p)
    assert ran(q) == ["same"]


def same(x: object) -> object:
    return x


def test_two_nodes_that_do_the_same_have_one_result(ran, caches, work):
    p = Pipeline()
    for _ in range(3):
        p.add(double, x=1.0)
    result = run(p, caches, work)
    assert len(set(result.values.values())) == 1
    other = Pipeline("of another name")
    other.add(double, x=1.0)
    assert ran(other) == []


def test_a_longer_sweep_executes_only_the_new_items(ran):
    def swept(values: list[float]) -> Pipeline:
        p = Pipeline()
        a = p.add(double, x=sweep(values))
        p.add(total, values=a.out.joined())
        return p

    assert ran(swept([1.0, 2.0])) == ["double[0]", "double[1]", "total"]
    assert ran(swept([1.0, 5.0, 2.0])) == ["double[1]", "total"]
    assert ran(swept([1.0, 5.0, 2.0])) == []


def test_mapped_nodes_are_found_item_by_item(ran):
    def mapped(count: int, y: float) -> Pipeline:
        p = Pipeline()
        a = p.add(numbers, count=count)
        b = p.add(add, x=a.out.each(), y=y)
        p.add(total, values=b.out.joined())
        return p

    assert len(ran(mapped(3, 1.0))) == 5
    assert ran(mapped(3, 1.0)) == []
    assert ran(mapped(3, 2.0)) == ["add[0]", "add[1]", "add[2]", "total"]


def test_mapping_an_output_does_not_change_those_who_read_it_whole(ran):
    p = Pipeline()
    a = p.add(numbers)
    p.add(total, values=a.out)
    ran(p)
    p.add(double, x=a.out.each())
    assert "total" not in ran(p)


def test_what_is_not_cached_is_executed_and_those_who_read_it_go_by_its_content(ran):
    p = Pipeline()
    a = p.add(numbers, count=2)
    a.cache = False
    b = p.add(double, x=a.out.each())
    p.add(total, values=b.out.joined())
    assert len(ran(p)) == 4
    assert ran(p) == ["numbers"]


def test_a_value_that_is_new_each_time_makes_all_that_reads_it_new(ran):
    p = Pipeline()
    p.add(double, x=p.add(now).out)
    assert ran(p) == ran(p) == ["double", "now"]


def folder_of_files(work: Path) -> Path:
    folder = work / "data"
    folder.mkdir(exist_ok=True)
    for name in "abc":
        (folder / f"{name}.txt").write_text(name)
    return folder


@pytest.mark.parametrize("listing", [files.list_files, two_files])
def test_of_listed_files_only_the_changed_and_the_new_ones_are_read_again(ran, work, listing):
    folder = folder_of_files(work)

    def listed() -> Pipeline:
        p = Pipeline()
        p.add(text_of, path=p.add(listing, folder="data").out.each())
        return p

    name = listing.__name__
    assert ran(listed()) == sorted([name, "text_of[0]", "text_of[1]", "text_of[2]"])
    (folder / "b.txt").write_text("other")
    assert ran(listed()) == sorted([name, "text_of[1]"])
    (folder / "aa.txt").write_text("new")
    assert ran(listed()) == sorted([name, "text_of[1]"])
    assert ran(listed()) == [name]


def test_a_file_that_is_a_parameter_counts_by_its_content(ran, work):
    file = work / "in.txt"
    file.write_text("one")

    def reading() -> Pipeline:
        p = Pipeline()
        p.add(text_of, path="in.txt", mark="!")
        return p

    assert ran(reading()) == ["text_of"]
    os.utime(file, (1, 1))
    assert ran(reading()) == []
    file.write_text("two")
    assert ran(reading()) == ["text_of"]
    file.write_text("one")
    assert ran(reading()) == []


def test_a_file_that_a_cached_module_names_makes_its_readers_new_when_it_changes(ran, work):
    (work / "in.txt").write_text("one")

    def named() -> Pipeline:
        p = Pipeline()
        p.add(text_of, path=p.add(path_to, name=str(work / "in.txt")).out)
        return p

    assert len(ran(named())) == 2
    assert ran(named()) == []
    (work / "in.txt").write_text("other")
    assert ran(named()) == ["path_to", "text_of"]


def path_to(name: str) -> Path:
    return Path(name)


def test_a_file_made_by_a_module_is_found_in_the_next_run(ran, caches, work):
    p = Pipeline()
    made = p.add(written, text="hello")
    p.add(text_of, path=made.out)
    assert len(ran(p)) == 2
    second = run(p, caches, work)
    assert second.executed == []
    path = second.values["written.out"]
    assert path.read_text() == "hello"
    path.unlink()
    assert ran(p) == ["written"], "made again, with what reads it still there"


def written(text: str) -> Path:
    from treadle import scratch

    path = scratch() / "out.txt"
    path.write_text(text)
    return path


def test_failed_tasks_are_executed_again(caches, work):
    p = Pipeline()
    p.add(fails_once, trace=str(work / "trace"))
    assert run(p, caches, work).failed == ["fails_once"]
    assert run(p, caches, work).executed == ["fails_once"]
    assert run(p, caches, work).found == ["fails_once"]


def fails_once(trace: str) -> int:
    if not Path(trace).exists():
        Path(trace).touch()
        raise ValueError("the first time")
    return 1


def test_a_resumed_run_finds_also_what_is_not_cached(ran):
    p = Pipeline()
    p.add(double, x=p.add(now).out)
    assert len(ran(p, resume="run-1")) == 2
    assert ran(p, resume="run-1") == []
    assert len(ran(p, resume="run-2")) == 2


def uncached(count: int = 3, y: float = 1.0) -> Pipeline:
    p = Pipeline("uncached")
    a = p.add(numbers, count=count)
    b = p.add(add, x=a.out.each(), y=y)
    c = p.add(total, values=b.out.joined())
    for node in (a, b, c):
        node.cache = False
    return p


def test_a_resumed_run_does_again_what_is_not_cached_where_a_parameter_changed_or_a_value_that_is_read(ran):
    assert len(ran(uncached(), resume="run")) == 5
    assert ran(uncached(), resume="run") == []
    assert ran(uncached(y=2.0), resume="run") == ["add[0]", "add[1]", "add[2]", "total"]
    assert ran(uncached(count=4), resume="run") == ["add[3]", "numbers", "total"]
    assert ran(uncached(), resume="run") == []


def test_a_resumed_run_reads_no_old_result_of_what_changed_though_it_is_not_cached(caches, work):
    assert run(uncached(), caches, work, resume="run").values["total.out"] == 6.0
    assert run(uncached(count=5), caches, work, resume="run").values["total.out"] == 15.0


def test_a_resumed_run_finds_what_wrote_a_file_that_it_was_given(ran, work):
    p = Pipeline()
    p.add(write_to, path=str(work / "out.txt"))
    assert ran(p, resume="run") == ["write_to"]
    assert ran(p, resume="run") == []


@module(cache=False)
def write_to(path: Path) -> int:
    return path.write_text("written")


def test_a_resumed_run_does_again_what_is_not_cached_where_its_code_changed(ran, work):
    name = local(work, "def step(x: int) -> int:\n    return x\n")
    p = Pipeline()
    p.add(f"{name}:step", x=1).cache = False
    assert ran(p, resume="run") == ["step"]
    assert ran(p, resume="run") == []
    rewritten(work, name, "def step(x: int) -> int:\n    return x + 1\n")
    assert ran(p, resume="run") == ["step"]


# Secrets


def test_what_a_secret_was_given_to_is_executed_in_each_run_for_no_file_may_hold_it(ran, monkeypatch):
    def secretive(text: str) -> Pipeline:
        p = Pipeline()
        p.add(same, x={"login": [text]})
        return p

    monkeypatch.setenv("FIRST", "sesame")
    assert ran(secretive("${env:FIRST}")) == ["same"]
    assert ran(secretive("${env:FIRST}")) == ["same"]
    assert ran(secretive("sesame")) == ["same"]
    assert ran(secretive("sesame")) == []


# Code


def kind_of(x: Any) -> str:
    return type(x).__name__


def local(work: Path, text: str) -> str:
    name = f"steps_of_cache_{next(NUMBERS)}"
    (work / f"{name}.py").write_text(text)
    return name


def step(name: str) -> Pipeline:
    p = Pipeline()
    p.add(f"{name}:step", x=1)
    return p


def rewritten(work: Path, name: str, text: str) -> None:
    """Change a module as if this were another session, in which it was not imported yet."""
    (work / f"{name}.py").write_text(text)
    sys.modules.pop(name, None)


def test_a_function_or_an_object_given_as_a_parameter_counts_with_its_code(ran, work, monkeypatch):
    monkeypatch.syspath_prepend(work)
    name = local(work, "def helper(): return 1\nclass Thing: pass\n")

    def given() -> Pipeline:
        module = importlib.import_module(name)
        p = Pipeline()
        p.add(kind_of, id="function", x=module.helper)
        p.add(kind_of, id="object", x=module.Thing())
        return p

    assert ran(given()) == ["function", "object"]
    assert ran(given()) == []
    rewritten(work, name, "def helper(): return 2\nclass Thing: x = 3\n")
    importlib.invalidate_caches()
    assert ran(given()) == ["function", "object"]


def test_a_changed_module_is_executed_again_also_if_only_what_it_imports_changed(ran, work):
    inner = local(work, "def inner(x):\n    return x\n")
    name = local(work, f"from {inner} import inner\ndef step(x: int) -> int:\n    return inner(x)\n")
    assert ran(step(name)) == ["step"]
    assert ran(step(name)) == []
    rewritten(work, inner, "def inner(x):\n    return x + 1\n")
    sys.modules.pop(name)
    assert ran(step(name)) == ["step"]


def test_a_live_function_is_known_again_and_new_when_its_code_or_what_it_uses_changes(ran):
    def pipeline(source: str) -> Pipeline:
        scope: dict = {"__name__": "__main__"}
        exec(source, scope)
        p = Pipeline()
        p.add(scope["step"], x=1)
        return p

    source = "factor = 2\ndef helper(x):\n    return x * factor\ndef step(x: int) -> int:\n    return helper(x)\n"
    assert ran(pipeline(source)) == ["step"]
    assert ran(pipeline("\n\n# a comment\n" + source)) == []
    assert ran(pipeline(source.replace("factor = 2", "factor = 3"))) == ["step"]
    assert ran(pipeline(source.replace("x * factor", "x + factor"))) == ["step"]


def test_a_group_that_runs_as_one_unit_is_found_and_new_when_a_member_changes(ran):
    def united(y: float) -> Pipeline:
        p = Pipeline()
        p.add_group(chain(y=y), id="both", unit=True)
        return p

    assert ran(united(1.0)) == ["both"]
    assert ran(united(1.0)) == []
    assert ran(united(2.0)) == ["both"]
