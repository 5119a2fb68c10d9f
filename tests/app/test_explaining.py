from __future__ import annotations

import time

import pytest

from treadle import Pipeline, run
from treadle.app.explaining import explain
from treadle.app.options import Options
from treadle.core.errors import PipelineError, UsageError

STEPS = """
from treadle.core.worker.declare import Schemes
@module(schemes=Schemes(threads=False))
def apart(x: int = 1) -> int: return x
@module(schemes=Schemes(threads=True, processes=False))
def together(x: int = 1) -> int: return x
@module(schemes=Schemes(threads=True))
def anywhere(x: int = 1) -> int: return x
@module(schemes=Schemes(processes=False))
def nowhere(x: int = 1) -> int: return x
"""


def chain(workspace, *nodes):
    pipeline, steps = workspace.pipeline(STEPS)
    last = None
    for at, (name, scheme) in enumerate(nodes):
        node = pipeline.add(f"{steps}:{name}", id=f"n{at}", **({} if last is None else {"x": last.out}))
        node.scheme = scheme
        last = node
    return pipeline


@pytest.mark.parametrize("scheme", ["auto", "serial", "threads", "processes"])
def test_what_is_foreseen_is_what_a_real_run_does(workspace, scheme):
    nodes = [("apart", "auto"), ("together", "auto"), ("anywhere", "processes"), ("anywhere", "threads")]
    pipeline = chain(workspace, *nodes, ("apart", "threads"), ("nowhere", "auto"))
    foreseen = {one.node: one for one in explain(pipeline, Options(scheme, hosted=True))}
    result = run(pipeline, scheme=scheme, hosted=True)
    for task in result.tasks:
        expected = foreseen[task.node]
        assert task.scheme == expected.chosen
        assert (task.reason if task.cause is None else task.cause.message) == expected.reason
    again = {one.node: one.chosen for one in explain(pipeline, Options(scheme, hosted=True))}
    assert again["n0"] == foreseen["n0"].chosen


def test_durations_of_earlier_runs_count(workspace):
    pipeline = chain(workspace, ("anywhere", "auto"))
    (before,) = explain(pipeline, Options())
    assert before.reason == "processes: the first in your order"
    assert run(pipeline, scheme="processes").ok
    (after,) = explain(pipeline, Options())
    assert after.reason.startswith(("processes: as soon as any", "threads: expected to finish first"))
    assert all(one.seconds is not None for one in after.candidates if one.scheme in {"threads", "processes"})


def test_schemes_that_are_not_enabled_are_listed_with_the_reason(workspace):
    pipeline = chain(workspace, ("apart", "auto"))
    (auto,) = explain(pipeline, Options())
    assert [one.scheme for one in auto.candidates] == ["ipython", "processes", "threads", "serial"]
    assert auto.candidates[0].reason == "no cluster runs"
    (fixed,) = explain(pipeline, Options("serial"))
    assert {one.scheme: one.eligible for one in fixed.candidates}["ipython"] is False
    assert fixed.candidates[-1].reason == "the run is set to serial; not supported by this module"
    assert {one.scheme: one.reason for one in fixed.candidates}["processes"] == "the run is set to serial"


def test_what_the_person_prefers_and_switched_off_counts(workspace):
    pipeline = chain(workspace, ("anywhere", "auto"), ("apart", "threads"))
    first, second = explain(pipeline, Options(preference=("threads", "processes"), hosted=True))
    assert (first.chosen, first.reason) == ("threads", "threads: the first in your order")
    assert [one.scheme for one in first.candidates] == ["threads", "processes", "ipython", "serial"]
    assert [one.reason for one in first.candidates[2:]] == ["it is switched off"] * 2
    assert (second.chosen, second.preferred) == ("processes", "threads")
    result = run(pipeline, preference=("threads", "processes"), hosted=True)
    assert result.tasks[1].reason == second.reason
    (only,) = explain(pipeline, Options(preference=("processes",)), {"n0"})
    assert only.chosen == "processes"


def test_a_cluster_without_engines_is_no_candidate(workspace):
    pipeline = chain(workspace, ("apart", "auto"))
    (one,) = explain(pipeline, Options("ipython"), workers={"ipython": 0})
    assert one.chosen == "processes"
    assert one.candidates[0].reason.startswith("has no workers")


def test_only_the_nodes_that_are_asked_for_are_told(workspace):
    pipeline = chain(workspace, ("apart", "auto"), ("apart", "auto"))
    assert [one.node for one in explain(pipeline, Options(), {"n1"})] == ["n1"]


def test_a_group_that_runs_as_one_supports_what_all_its_members_do(workspace):
    pipeline = Pipeline("units")
    pipeline.add_group(chain(workspace, ("together", "auto"), ("anywhere", "auto")), id="both", unit=True)
    (both,) = explain(pipeline, Options())
    assert (both.node, both.chosen) == ("both", "threads")
    assert not {one.scheme: one.eligible for one in both.candidates}["processes"]


def test_a_pipeline_that_cannot_run_says_why():
    pipeline = Pipeline("broken")
    pipeline.add("operator:add", id="sum", a=1)
    with pytest.raises(PipelineError, match="b"):
        explain(pipeline, Options())
    with pytest.raises(UsageError, match="no scheme"):
        explain(Pipeline("empty"), Options("warp"))


def test_of_a_thousand_nodes_it_is_known_at_once():
    pipeline = Pipeline("large")
    last = None
    for number in range(1000):
        last = pipeline.add("operator:add", a=1 if last is None or number % 10 == 0 else last.out, b=number)
    took = []
    for _ in range(3):
        before = time.thread_time()
        assert len(explain(pipeline, Options(hosted=True))) == 1000
        took.append(time.thread_time() - before)
    # About 20 ms; who is asked at each pause of editing must not take long on slow machines either.
    assert min(took) < 0.15
