"""A group that runs as one unit gives what the flattened group gives, in one task."""

from __future__ import annotations

import os
import pickle
from typing import Any

import pytest
import small_functions as f
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import Growing, pipelines

import treadle
from treadle import Pipeline, Schemes, fold, module, sweep, zipped
from treadle.core.errors import PipelineError
from treadle.core.library import control
from treadle.core.planning.make_plan import make_plan

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@module(schemes=Schemes(threads=True, overrides={"ipython": False}), n_procs=2, mem_gb=0.5)
def heavy(x: int) -> int:
    return x + 1


@module(schemes=Schemes(threads=False), mem_gb=2.0)
def large(x: int) -> int:
    return x * 2


def chain() -> Pipeline:
    inner = Pipeline("chain")
    first = inner.add(heavy)
    inner.add(large, x=first.out, id="second")
    return inner


def both_ways(inner: Pipeline, **inputs: Any) -> list[Any]:
    found = []
    for unit in (False, True):
        pipeline = Pipeline("outer")
        wired = {
            name: pipeline.add(f.numbers, n=4, id=f"given_{name}").out.each() if value == "each" else value
            for name, value in inputs.items()
        }
        group = pipeline.add_group(inner, id="group", unit=unit, **wired)
        end = pipeline.add(f.plus, x=group[group.outputs[0]], id="end")
        result = treadle.run(pipeline, scheme="serial", cache=False)
        assert result.ok, result.failures
        found.append(result[end])
    return found


def test_a_unit_is_one_task_for_each_item() -> None:
    pipeline = Pipeline("units")
    numbers = pipeline.add(f.numbers, n=3)
    group = pipeline.add_group(chain(), id="group", unit=True, x=numbers.out.each())
    total = pipeline.add(f.digest, value=group.out.joined())
    result = treadle.run(pipeline, scheme="serial", cache=False)
    assert [task.id for task in result.tasks if task.node == "group"] == ["group[0]", "group[1]", "group[2]"]
    assert result[total] == f.digest([2, 4, 6])


def test_a_unit_supports_what_all_its_members_support_and_asks_for_the_most_that_one_asks_for() -> None:
    pipeline = Pipeline("units")
    pipeline.add_group(chain(), id="group", unit=True, x=1)
    node = make_plan(pipeline).node("group")
    assert node is not None
    supported = [name for name in ("threads", "processes", "ipython") if node.module.schemes.supports(name)]
    assert supported == ["processes"]
    assert (node.n_procs, node.mem_gb) == (2, 2.0)


def test_mapping_sweeping_zipping_and_joining_inside_a_unit_give_what_the_flattened_group_gives() -> None:
    inner = Pipeline("inner")
    many = inner.add(f.spread, most=5)
    swept = inner.add(f.plus, x=many.out.each("n"), y=sweep([1, 2, 3], axis="y"))
    paired = inner.add(f.three, zipped(a=many.out, b=many.out), c=4)
    nested = inner.add(f.digest, value=swept.out.joined("n", "y", nested=True, with_labels=True))
    halves = inner.add(f.halve, x=paired.out.joined(on_failure="skip"))
    inner.add(f.three, a=nested.out, b=halves.low, c=halves.high, id="end")
    flat, unit = both_ways(inner, x=5)
    assert flat == unit


def test_branches_and_filters_inside_a_unit_give_what_the_flattened_group_gives() -> None:
    inner = Pipeline("inner")
    many = inner.add(f.spread, most=5)
    even = inner.add(f.is_even, x=many.out.each())
    fork = inner.add(control.switch, value=many.out.each(), condition=even.out)
    left = inner.add(f.plus, x=fork.then)
    merged = inner.add(control.merge, a=left.out, b=fork.otherwise)
    kept = inner.add(control.filter, value=merged.out, keep=even.out)
    inner.add(f.digest, value=kept.out.joined(), id="end")
    flat, unit = both_ways(inner, x="each")
    assert flat == unit


def test_failures_that_a_join_passes_over_do_not_fail_the_unit() -> None:
    inner = Pipeline("inner")
    many = inner.add(f.spread, most=5)
    tried = inner.add(f.fragile, x=many.out.each())
    inner.add(f.digest, value=tried.out.joined(on_failure="skip"), id="end")
    flat, unit = both_ways(inner, x="each")
    assert flat == unit


def test_a_unit_inside_a_unit_and_a_group_inside_a_unit_give_the_same() -> None:
    for innermost in (False, True):
        inner = Pipeline("inner")
        group = inner.add_group(chain(), id="deep", unit=innermost, x=3)
        more = inner.add(f.plus, x=group.out)
        inner.add(f.plus, x=more.out, y=0, id="end")
        flat, unit = both_ways(inner, plus_y=5)
        assert flat == unit


def test_a_unit_can_fold() -> None:
    inner = Pipeline("inner")
    stepped = inner.add(f.step)
    inner.add(f.plus, x=stepped.out, id="out")
    pipeline = Pipeline("fold")
    numbers = pipeline.add(f.numbers, n=4)
    group = pipeline.add_group(inner, id="group", unit=True, state=fold(1), item=numbers.out.each())
    end = pipeline.add(f.plus, x=group.out, y=0)
    result = treadle.run(pipeline, scheme="serial", cache=False)
    expected = 1
    for item in range(4):
        expected = f.plus(f.step(expected, item))
    assert result[end] == f.plus(expected, 0)


def test_the_failure_of_a_unit_names_the_member_and_its_item() -> None:
    inner = Pipeline("inner")
    many = inner.add(f.numbers)
    tried = inner.add(f.fragile, x=many.out.each("subject"), id="fit")
    inner.add(f.digest, value=tried.out.joined())
    pipeline = Pipeline("units")
    pipeline.add_group(inner, id="group", unit=True, n=3)
    (failure,) = treadle.run(pipeline, scheme="serial", cache=False).failures
    assert failure.cause is not None
    assert failure.cause.message == "fit (subject 1): 1 is not wanted"
    assert failure.cause.type == "ValueError"
    assert "in fragile" in failure.cause.traceback
    assert "worker/unit" not in failure.cause.traceback


def leave(x: int) -> int:
    raise SystemExit(3)


def test_sys_exit_inside_a_unit_fails_the_unit_only() -> None:
    inner = Pipeline("inner")
    inner.add(leave)
    pipeline = Pipeline("units")
    pipeline.add_group(inner, id="group", unit=True, x=3)
    (failure,) = treadle.run(pipeline, scheme="serial", cache=False).failures
    assert failure.cause is not None
    assert failure.cause.message == "leave: the module called sys.exit(3)"


def test_an_output_with_items_of_its_own_is_refused_for_a_unit() -> None:
    inner = Pipeline("inner")
    inner.add(f.plus, x=1, y=sweep([1, 2]))
    pipeline = Pipeline("units")
    pipeline.add_group(inner, id="group", unit=True)
    with pytest.raises(PipelineError, match=r"group: the output 'out' has a value for each item of 'y'.*Join it"):
        make_plan(pipeline)


def test_a_loop_inside_a_unit_is_refused() -> None:
    inner = Pipeline("inner")
    numbers = inner.add(f.numbers, n=2)
    inner.add(f.digest, value=inner.add(f.step, state=fold(1), item=numbers.out.each()).out)
    pipeline = Pipeline("units")
    pipeline.add_group(inner, id="group", unit=True)
    with pytest.raises(PipelineError, match="'step' belongs to a loop"):
        make_plan(pipeline)


def test_an_input_that_nothing_feeds_keeps_its_default() -> None:
    inner = Pipeline("inner")
    inner.add(f.plus, x=3)
    flat, unit = both_ways(inner)
    assert flat == unit


def test_a_program_travels_by_pickle_unchanged() -> None:
    pipeline = Pipeline("units")
    pipeline.add_group(chain(), id="group", unit=True, x=1)
    node = make_plan(pipeline).node("group")
    assert node is not None
    program = next(entry.value for entry in node.inputs if entry.port == "program")  # type: ignore[union-attr]
    assert pickle.loads(pickle.dumps(program)) == program


def scream(x: str) -> str:
    raise ValueError(f"cannot use {x}")


def test_a_secret_of_a_member_is_covered_in_the_failure_of_the_unit(monkeypatch) -> None:
    monkeypatch.setenv("TREADLE_TEST_WORD", "open sesame")
    inner = Pipeline("inner")
    inner.add(scream, x="${env:TREADLE_TEST_WORD}")
    pipeline = Pipeline("units")
    pipeline.add_group(inner, id="group", unit=True)
    (failure,) = treadle.run(pipeline, scheme="serial", cache=False).failures
    assert os.environ["TREADLE_TEST_WORD"] not in f"{failure.cause}"


@settings(relaxed, max_examples=100)
@given(pipelines(7), st.data())
def test_a_random_unit_gives_what_the_flattened_group_gives(inner, data) -> None:
    if any(node.fold or node.repeat for node in inner.nodes.values()):
        return
    growing = Growing(lambda options: options[0], inner)
    ends = [f"{node}.{port.name}" for node in inner.nodes for port in inner.modules[inner.nodes[node].module].outputs]
    plain = [end for end in ends if not growing.axes(end)]
    joined = [inner.add(f.number, n=growing.out(end), id=f"end_{place}") for place, end in enumerate(plain)]
    results = []
    for unit in (False, True):
        outer = Pipeline("outer")
        group = outer.add_group(inner, id="group")
        outer.nodes["group"].group.outputs.clear()
        outer.nodes["group"].group.outputs.update({end.id: f"{end.id}.out" for end in joined})
        outer.nodes["group"].group.unit = unit
        results.append(treadle.run(outer, scheme="serial"))
        assert group.id == "group"
    flat, unit_run = results
    if not flat.ok:
        return
    assert unit_run.ok, [record.cause for record in unit_run.failures]
    for end in joined:
        task = next(record for record in flat.tasks if record.node == f"group/{end.id}")
        if task.state.value == "succeeded":
            assert unit_run._executor.results.value("group", end.id) == flat[f"group/{end.id}"]
