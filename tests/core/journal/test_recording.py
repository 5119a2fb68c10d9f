"""A real run that is kept: what the journal holds of it, and what it does when it is asked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from journals import SECONDS, eventually

from treadle import Pipeline, progress, sweep
from treadle.core.journal.control import ControlError, ask
from treadle.core.journal.facts import facts_of
from treadle.core.journal.learned import Learned, measured
from treadle.core.journal.listing import find_run, list_runs
from treadle.core.journal.reader import RunReader
from treadle.core.journal.recording import Recording
from treadle.core.planning.make_plan import make_plan
from treadle.core.run.executor import Executor
from treadle.core.run.scheduler import Policy
from treadle.core.run.states import TaskState
from treadle.schemes.serial import SerialScheme

if TYPE_CHECKING:
    from pathlib import Path

BEGAN, GO_ON = threading.Event(), threading.Event()


def half(x: int) -> float:
    progress(0.5, "half way")
    return 10 / x


def total(values: list) -> float:
    return sum(values)


def held(x: int) -> int:
    BEGAN.set()
    assert GO_ON.wait(SECONDS)
    return x


class Kept:
    """A run as a session keeps it."""

    def __init__(self, pipeline: Pipeline, folder: Path) -> None:
        plan = make_plan(pipeline)
        self.recording = Recording(folder / "runs", plan.title, lambda: facts_of(plan, pipeline, "serial", {}))
        self.executor = Executor(
            plan,
            {"serial": SerialScheme(folder / "files")},
            Policy(("serial",), n_procs=2, mem_gb=4.0),
            folder=folder,
            listener=self.recording.hear,
        )
        self.recording.steer(self.executor)

    def run(self) -> None:
        self.executor.run()
        self.close()

    def close(self) -> None:
        assert self.recording.end(SECONDS, self.executor.warnings())
        assert self.recording.close(SECONDS)
        self.executor.close()


@pytest.fixture
def pipeline():
    pipeline = Pipeline("demo")
    halves = pipeline.add(half, id="half", x=sweep([1, 2, 0]))
    pipeline.add(total, id="total", values=halves.out.joined(on_failure="skip"))
    return pipeline


def test_the_journal_of_a_real_run_holds_what_its_records_hold(pipeline, tmp_path):
    kept = Kept(pipeline, tmp_path)
    kept.run()
    with RunReader(find_run(tmp_path / "runs", "last")) as reader:
        assert reader.tasks(previews=True) == list(kept.executor.records.values())
        summary = reader.summary()
        assert (summary.state, summary.name) == ("succeeded with failures", "demo")
        assert reader.task("half[2]").cause.message == "division by zero"
        assert reader.task("total").missing[0].cause.message == "division by zero"
        assert [node.tasks for node in reader.nodes()] == [3, 1]
    assert [path.suffix for path in (tmp_path / "runs").iterdir()] == [".sqlite"]


def test_what_tasks_took_is_learned_of_those_that_succeeded(pipeline, tmp_path):
    kept = Kept(pipeline, tmp_path)
    kept.run()
    learned = Learned(tmp_path)
    assert learned.learn(measured(kept.executor.records.values(), {"half": "key of half"}))
    found = learned.read(["key of half", "key of total"])
    assert list(found) == ["key of half"]
    assert (found["key of half"].count, list(found["key of half"].schemes)) == (2, ["serial"])


def test_a_live_run_answers_and_ends_when_it_is_asked_to(tmp_path):
    BEGAN.clear()
    GO_ON.clear()
    pipeline = Pipeline("held")
    pipeline.add(held, id="held", x=sweep([1, 2, 3]))
    kept = Kept(pipeline, tmp_path)
    thread = threading.Thread(target=kept.executor.run)
    thread.start()
    try:
        assert BEGAN.wait(SECONDS)
        (run,) = eventually(lambda: list_runs(tmp_path / "runs").readable)
        assert run.live
        assert ask(run.socket, "state") == {"ok": True, "run": run.id, "state": "running"}
        ask(run.socket, "pause")
        assert ask(run.socket, "state")["state"] == "paused"
        ask(run.socket, "resume")
        ask(run.socket, "cancel")
        with RunReader(run.path) as reader:
            eventually(lambda: [task for task in reader.tasks() if task.state is not TaskState.WAITING])
    finally:
        GO_ON.set()
        thread.join(SECONDS)
    kept.close()
    (run,) = list_runs(tmp_path / "runs").readable
    assert run.state == "cancelled"
    with pytest.raises(ControlError, match="does not answer"):
        ask(run.socket, "cancel")


def test_a_run_that_has_not_begun_cannot_be_asked(pipeline, tmp_path):
    recording = Recording(tmp_path, "demo", lambda: facts_of(make_plan(pipeline), pipeline, "serial", {}))
    (run,) = eventually(lambda: list_runs(tmp_path).readable)
    with pytest.raises(ControlError, match="has not begun, or is over"):
        ask(run.socket, "cancel")
    recording.close(SECONDS)
    recording.close(SECONDS)


def test_where_nothing_can_be_kept_the_run_goes_on(pipeline, tmp_path):
    (tmp_path / "runs").write_text("a file in the way")
    kept = Kept(pipeline, tmp_path)
    kept.executor.run()
    assert not kept.recording.close(SECONDS)
    kept.executor.close()
    assert len(kept.executor.records) == 4
