"""The answer to a window that asks where nodes would run."""

from __future__ import annotations

import threading

import pytest

from treadle.app.runner.reasons import earlier_attempts, scheme_reasons
from treadle.app.runner.runs import Runs
from treadle.core import protocol as p
from treadle.core.document import packed

STEPS = """
import threading
from treadle.core.worker.declare import Schemes
@module(schemes=Schemes(threads=True, processes=False), cache=False)
def lock() -> object: return threading.Lock()
@module(schemes=Schemes(threads=True), cache=False)
def use(lock: object) -> bool: return lock.locked()
@module
def plain(x: int = 1) -> int: return x
"""


@pytest.fixture
def runs():
    over = threading.Event()
    made = Runs(lambda news: over.set() if isinstance(news, p.RunOver) else None)
    made.over = over
    yield made
    made.close(0.0)


def asked(pipeline, *nodes, **facts):
    document = p.Document(text=packed(pipeline).decode(), file=str(pipeline.file or ""))
    return p.AskSchemes(number=1, document=document, nodes=nodes, **facts)


def found(answer):
    return {node: one for one in answer.found for node in one.nodes}


def test_nodes_that_are_alike_are_told_together(workspace, runs):
    pipeline, steps = workspace.pipeline(STEPS)
    for name in "abc":
        pipeline.add(f"{steps}:plain", id=name)
    pipeline.add(f"{steps}:plain", id="d").scheme = "serial"
    answer = scheme_reasons(asked(pipeline), runs)
    assert [(one.nodes, one.chosen, one.preferred) for one in answer.found] == [
        (("a", "b", "c"), "processes", "auto"),
        (("d",), "serial", "serial"),
    ]


def test_the_scheme_of_the_next_run_counts(workspace, runs):
    pipeline, steps = workspace.pipeline(STEPS)
    pipeline.add(f"{steps}:plain", id="a")
    assert found(scheme_reasons(asked(pipeline, "a", scheme="serial"), runs))["a"].chosen == "serial"


def test_a_cluster_that_has_lost_all_engines_is_no_candidate(workspace, runs, monkeypatch):
    pipeline, steps = workspace.pipeline(STEPS)
    pipeline.add(f"{steps}:plain", id="a")
    monkeypatch.setattr("treadle.app.schemes.running_cluster", lambda _profile="": "a cluster")
    counted = []

    def engines(address):
        counted.append(address)
        return 0

    told = found(scheme_reasons(asked(pipeline), runs, engines))["a"]
    assert told.chosen == "processes"
    assert told.candidates[0].reason == "has no workers (no engines)"
    assert counted == ["a cluster"]
    assert found(scheme_reasons(asked(pipeline), runs, lambda _: 3))["a"].chosen == "ipython"
    assert found(scheme_reasons(asked(pipeline), runs))["a"].chosen == "ipython"


def test_a_scheme_that_could_not_take_a_task_in_the_last_run_says_so(workspace, runs):
    pipeline, steps = workspace.pipeline(STEPS)
    made = pipeline.add(f"{steps}:lock", id="made")
    pipeline.add(f"{steps}:use", id="used", lock=made.out).scheme = "processes"
    pipeline.add(f"{steps}:use", id="alike", lock=made.out).scheme = "threads"
    run = runs.prepare(pipeline, p.RunOptions(cache=False), trust=True).run
    runs.begin(run)
    assert runs.over.wait(60)
    earlier = earlier_attempts(p.AskAttempts(number=1, run=run, tasks=("made", "used")), runs).attempts
    assert [(one.task, one.attempt, one.scheme) for one in earlier] == [("used", 1, "processes")]
    assert "lock" in earlier[0].cause.lower()
    told = found(scheme_reasons(asked(pipeline), runs))
    used = {one.scheme: one for one in told["used"].candidates}
    assert "in the last run it could not take a task: " in used["processes"].reason
    assert "Lock" in used["processes"].reason or "lock" in used["processes"].reason
    assert "last run" not in used["threads"].reason
    assert "last run" not in {one.scheme: one for one in told["alike"].candidates}["processes"].reason
