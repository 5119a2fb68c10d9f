"""Of equal tasks one computes and the others wait for it; what waits holds up nothing else, and not for ever."""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cached_runs import run
from caching import SECONDS, SIGNER

from treadle import Pipeline
from treadle.core.cache import lookups
from treadle.core.cache.claims import Claims
from treadle.core.cache.earlier import CachedResults
from treadle.core.cache.fingerprints import Fingerprints
from treadle.core.cache.keys import NodeKeys
from treadle.core.planning.make_plan import make_plan
from treadle.core.run.arguments import CallMaker
from treadle.core.run.executor import Executor
from treadle.core.run.records import RunEnded, TaskChanged
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.digest import FileDigests
from treadle.schemes.serial import SerialScheme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from caching import Caches


def double(x: float) -> float:
    return 2 * x


def broken(x: float) -> float:
    raise ValueError(f"{x} is too much")


def one_and_another() -> Pipeline:
    p = Pipeline()
    p.add(double, id="one", x=1.0)
    p.add(double, id="other", x=2.0)
    return p


class Running:
    """A run in a thread of its own, of which a test hears how its tasks stand."""

    def __init__(self, pipeline: Pipeline, caches: Caches, folder: Path, **policy) -> None:
        self.plan = make_plan(pipeline)
        self.keys = NodeKeys(self.plan, Fingerprints([folder]), SIGNER, FileDigests(None), folder)
        self.cache = caches.open()
        self.earlier = CachedResults(self.cache, self.keys, self.plan, "p")
        self._heard: queue.Queue[tuple[str, TaskState] | RunState] = queue.Queue()
        self.executor = Executor(
            self.plan, {"serial": SerialScheme(self.cache.files, [folder])},
            Policy(("serial",), look_up=True, **policy), folder=folder, listener=self._hear, earlier=self.earlier,
        )  # fmt: skip
        self._thread = threading.Thread(target=self.executor.run, daemon=True)

    def _hear(self, event) -> None:
        if isinstance(event, TaskChanged):
            self._heard.put((event.record.id, event.record.state))
        elif isinstance(event, RunEnded):
            self._heard.put(event.state)

    def key_of(self, node: str) -> bytes:
        scheduler = Scheduler(self.plan, Policy())
        scheduler.layout.begin()
        number = self.plan.node(node).number
        keys = NodeKeys(self.plan, Fingerprints(), SIGNER, FileDigests(None), self.cache.folder)
        call = CallMaker(scheduler.layout, self.cache.folder).call(scheduler.layout.task(number, ()))
        return keys.of(number, call)

    def start(self) -> None:
        self._thread.start()

    def until(self, wanted) -> None:
        while self._heard.get(timeout=SECONDS) != wanted:
            pass

    def states(self) -> dict[str, TaskState]:
        return {record.id: record.state for record in self.executor.records.values()}

    def close(self) -> None:
        if self._thread.ident:
            self.executor.cancel()
            self._thread.join(SECONDS)
            assert not self._thread.is_alive()
        self.executor.close()
        assert self.earlier.close(SECONDS)
        assert self.cache.close(SECONDS)


@contextmanager
def running(*args, **policy) -> Iterator[Running]:
    made = Running(*args, **policy)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def other_run(caches) -> Iterator[Claims]:
    caches.open()
    made = Claims(caches.folder)
    yield made
    made.close()


def test_equal_tasks_of_one_run_compute_once(caches, tmp_path):
    p = Pipeline()
    for _ in range(3):
        p.add(double, x=1.0)
    ran = run(p, caches, tmp_path)
    assert (len(ran.executed), len(ran.found)) == (1, 2)
    assert set(ran.values.values()) == {2.0}


def test_equal_tasks_of_which_the_first_fails_all_fail_for_themselves(caches, tmp_path):
    p = Pipeline()
    for _ in range(3):
        p.add(broken, x=1.0)
    assert len(run(p, caches, tmp_path).failed) == 3


def test_a_task_that_another_run_computes_waits_and_holds_up_no_other(caches, tmp_path, other_run):
    with running(one_and_another(), caches, tmp_path) as ours:
        key = ours.key_of("one")
        assert other_run.claim([key]) == set()
        ours.start()
        ours.until(("other", TaskState.SUCCEEDED))
        assert ours.states()["one"] is TaskState.WAITING
        caches.kept(key, 2.0)
        other_run.release([key])
        other_run.flush()
        ours.until(RunState.SUCCEEDED)
        assert ours.states() == {"one": TaskState.CACHED, "other": TaskState.SUCCEEDED}


def test_a_task_that_another_run_gave_up_is_computed(caches, tmp_path, other_run):
    with running(one_and_another(), caches, tmp_path) as ours:
        other_run.claim([ours.key_of("one")])
        ours.start()
        ours.until(("other", TaskState.SUCCEEDED))
        other_run.close()
        ours.until(("one", TaskState.SUCCEEDED))


def test_another_run_that_takes_too_long_is_not_waited_for(caches, tmp_path, other_run, monkeypatch):
    monkeypatch.setattr(lookups, "PATIENCE", 0.1)
    with running(one_and_another(), caches, tmp_path) as ours:
        other_run.claim([ours.key_of("one")])
        ours.start()
        ours.until(("one", TaskState.SUCCEEDED))


def test_a_run_is_cancelled_while_it_waits(caches, tmp_path, other_run):
    with running(one_and_another(), caches, tmp_path) as ours:
        other_run.claim([ours.key_of("one")])
        ours.start()
        ours.until(("other", TaskState.SUCCEEDED))
        ours.executor.cancel()
        ours.until(RunState.CANCELLED)


def test_a_run_that_stops_at_the_first_failure_does_not_wait(caches, tmp_path, other_run):
    p = Pipeline()
    p.add(double, id="one", x=1.0)
    p.add(broken, id="other", x=1.0)
    with running(p, caches, tmp_path, on_error="stop") as ours:
        other_run.claim([ours.key_of("one")])
        ours.start()
        ours.until(RunState.FAILED)
        assert ours.states()["one"] is TaskState.CANCELLED


def test_nobody_waits_for_a_task_that_has_failed(caches, tmp_path, other_run):
    p = Pipeline()
    p.add(broken, id="one", x=1.0)
    # The run is not over, so that what it has claimed is not let go of for that.
    p.add(double, id="other", x=2.0)
    with running(p, caches, tmp_path) as ours:
        other_run.claim([ours.key_of("other")])
        ours.start()
        ours.until(("one", TaskState.FAILED))
        # Claims are the clerk's: one thread at a time may use them.
        ours.earlier._clerk.ask(ours.earlier._claims.flush)
        assert ours.earlier._clerk.flush(SECONDS)
        assert other_run.claim([ours.key_of("one")]) == set()


def test_what_goes_wrong_in_a_look_up_is_a_miss(caches, tmp_path, monkeypatch, caplog):
    with running(one_and_another(), caches, tmp_path) as ours:

        def fails(_keys):
            raise LookupError("a fault of ours")

        monkeypatch.setattr(ours.cache, "look_up", fails)
        ours.start()
        ours.until(RunState.SUCCEEDED)
        assert set(ours.states().values()) == {TaskState.SUCCEEDED}
    assert "a fault of ours" in caplog.text
