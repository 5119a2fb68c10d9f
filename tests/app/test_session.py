"""Runs from Python, with each scheme: what they compute, tell and return."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from one_node import double, one_node

from treadle import Pipeline, Schemes, module, run, scratch, start_run, sweep
from treadle.app.schemes import SCHEMES
from treadle.core.errors import UsageError
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder
from treadle.core.run.records import RunEnded, TaskChanged
from treadle.core.run.results import UnavailableError
from treadle.core.run.states import TaskState

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20.0


def fail(x: int = 1) -> int:
    raise ValueError(f"no {x}")


def test_run_returns_the_values():
    pipeline, node = one_node(x=21)
    result = run(pipeline)
    assert result[node] == 42
    assert result.state == "succeeded"
    assert result.ok
    assert [task.scheme for task in result.tasks] == ["processes"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_can_be_asked_for(scheme):
    @module(schemes=Schemes(threads=True))
    def anywhere(x: int) -> int:
        return 2 * x

    pipeline, node = one_node(anywhere, x=21)
    result = run(pipeline, scheme=scheme)
    assert result[node] == 42
    assert [task.scheme for task in result.tasks] == [scheme]


def test_what_the_scheme_that_was_asked_for_cannot_take_goes_to_another_that_says_why():
    result = run(one_node(x=21)[0], scheme="threads")
    (task,) = result.tasks
    assert (task.scheme, task.reason) == ("processes", "processes: threads not supported by this module")


def test_a_module_that_fails_does_not_raise_here():
    result = run(one_node(fail)[0])
    assert result.state == "failed"
    assert not result.ok


def test_a_function_of_the_script_sees_the_objects_around_it():
    seen = []

    def note(x: int = 1) -> int:
        seen.append(x)
        return x

    run(one_node(note, x=sweep([1, 2, 3]))[0], scheme="serial")
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("until", ["double", ["double"], ("double",)])
def test_until_takes_one_node_or_several(until):
    pipeline, node = one_node()
    later = pipeline.add(double, id="later", x=node.out)
    result = run(pipeline, until=until)
    assert result[node] == 2
    with pytest.raises(UsageError, match="no node 'later'"):
        result[later]


def test_until_takes_handles_and_start_run_takes_it_too():
    pipeline, node = one_node()
    pipeline.add(double, id="later", x=node.out)
    assert [task.node for task in start_run(pipeline, until=[node]).result(SECONDS).tasks] == ["double"]


def test_the_listener_hears_every_step_and_the_end():
    heard = []
    pipeline, _ = one_node()
    handle = start_run(
        pipeline,
        listener=lambda event: heard.append(event.record.state if isinstance(event, TaskChanged) else event),
    )
    handle.result(SECONDS)
    assert heard[0] is TaskState.WAITING
    assert heard[-2] is TaskState.SUCCEEDED
    assert isinstance(heard[-1], RunEnded)


def test_a_result_can_be_reported_in_one_file(tmp_path):
    pipeline, node = one_node(x=21)
    path = run(pipeline).report(tmp_path / "report.html")
    assert path == tmp_path / "report.html"
    assert node.id in path.read_text()


def test_every_run_is_in_the_journal(tmp_path):
    result = run(one_node(fail)[0])
    (kept,) = list_runs(runs_folder()).readable
    assert kept.id == result.journal.stem
    assert kept.state == "failed"


def test_on_error_stop_starts_nothing_new():
    pipeline, first = one_node(fail, x=sweep([1, 2, 3]))
    assert len(run(pipeline).failures) == 3
    result = run(pipeline, on_error="stop", n_procs=1)
    assert len(result.failures) == 1
    assert {task.state for task in result.tasks} <= {TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED}
    assert first.id == "fail"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_relative_pattern_counts_from_the_pipeline_in_every_scheme_and_is_looked_for_anew(
    scheme, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
        pipeline = Pipeline("files")
        found = pipeline.add("glob:glob", pathname="*.txt")
        assert sorted(run(pipeline, scheme=scheme)[found]) == sorted(map(str, tmp_path.glob("*.txt")))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_object_of_a_class_that_only_the_pipeline_has_can_be_read(scheme, tmp_path):
    source = ["class Own:", "    x = 3", "", "def make() -> object:", "    return Own()", ""]
    described = {"source": source, "name": "make", "outputs": [{"name": "out"}], "runs_code": True}
    file = tmp_path / "own.treadle"
    file.write_text(json.dumps({"treadle": 1, "modules": {"make": described}, "nodes": {"make": {"module": "make"}}}))
    pipeline = Pipeline.load(file)
    for _ in range(2):
        assert run(pipeline, scheme=scheme, cache=tmp_path / "cache")["make"].x == 3


def forgets(x: int = 1) -> Path:
    return scratch() / "never-written.nii"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_returned_file_that_was_not_written_fails_its_own_task(scheme):
    (failure,) = run(one_node(forgets)[0], scheme=scheme, cache=False).failures
    assert "never-written.nii" in failure.cause.message


def test_what_a_run_is_for_is_computed_again_where_its_kept_value_is_damaged(tmp_path):
    def ones(count: int = 40_000) -> list[int]:
        return list(range(count))

    pipeline = Pipeline()
    read, shown = pipeline.add(ones, id="read"), pipeline.add(ones, id="shown", count=50_000)
    read.cache = shown.cache = True
    total = pipeline.add(sum, iterable=read.out)
    first = run(pipeline, scheme="serial", cache=tmp_path)
    first.close()
    for path in (tmp_path / "values").rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:
                file.seek(1000)
                file.write(b"damage")
    again = run(pipeline, scheme="serial", cache=tmp_path)
    states = {record.title: record.state.value for record in again.tasks}
    assert states == {"read": "cached", "shown": "succeeded", total.id: "cached"}
    assert again[shown] == list(range(50_000))
    with pytest.raises(UnavailableError, match="Run the pipeline again"):
        again[read]
