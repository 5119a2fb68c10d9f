"""Runs that go on are watched, paused, cancelled and interrupted."""

from __future__ import annotations

import os
import signal
import threading

import psutil
import pytest
from endings import all_gone
from one_node import double, one_node

from treadle import Pipeline, run, start_run
from treadle.core.errors import UsageError
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder
from treadle.core.run.records import TaskChanged
from treadle.core.run.states import TaskState

SECONDS = 20.0


class Gate:
    """A module that tells when it has begun and waits to be let through."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def module(self, x: int = 1) -> int:
        self.begun.set()
        assert self.opened.wait(SECONDS)
        return x


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.opened.set()


def sleeps() -> int:
    threading.Event().wait(SECONDS)
    return 1


def gated(gate):
    def wait(x: int = 1) -> int:
        return gate.module(x)

    pipeline = Pipeline("demo")
    first = pipeline.add(wait, x=3)
    return pipeline, first, pipeline.add(double, x=first.out)


def test_result_gives_up_after_the_timeout_and_can_be_asked_again(gate):
    pipeline, first, _ = gated(gate)
    handle = start_run(pipeline)
    with pytest.raises(TimeoutError, match=r"has not ended after 0\.01 s"):
        handle.result(timeout=0.01)
    assert not handle.done
    gate.opened.set()
    assert handle.result(SECONDS)[first] == 3
    assert handle.done


def test_cancel_from_another_thread_starts_nothing_more(gate):
    pipeline, _, second = gated(gate)
    handle = start_run(pipeline)
    assert gate.begun.wait(SECONDS)
    handle.cancel()
    gate.opened.set()
    result = handle.result(SECONDS)
    assert result.state == "cancelled"
    assert not result.ok
    states = {task.node: task.state for task in result.tasks}
    assert states[second.id] is TaskState.CANCELLED
    assert all(state.terminal for state in states.values())


def test_a_paused_run_starts_nothing_until_it_goes_on(gate):
    changed = threading.Event()
    pipeline, _, second = gated(gate)

    def listen(event):
        if isinstance(event, TaskChanged) and event.record.state is TaskState.SUCCEEDED:
            changed.set()

    handle = start_run(pipeline, listener=listen)
    assert gate.begun.wait(SECONDS)
    handle.pause()
    gate.opened.set()
    assert changed.wait(SECONDS)
    with pytest.raises(TimeoutError):
        handle.result(timeout=0.05)
    handle.resume()
    assert handle.result(SECONDS)[second] == 6


def test_editing_the_pipeline_does_not_change_the_run_that_goes_on(gate):
    pipeline, first, second = gated(gate)
    handle = start_run(pipeline)
    assert gate.begun.wait(SECONDS)
    pipeline.nodes.pop(second.id)
    pipeline.connections.clear()
    pipeline.title = "another"
    gate.opened.set()
    result = handle.result(SECONDS)
    assert (result[first], result[second]) == (3, 6)


@pytest.fixture
def on_ctrl_c():
    """Set what Ctrl-C does; afterwards it does what it did before."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


def interrupted_twofold():
    def interrupted(x: int = 1) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return x

    pipeline, first = one_node(interrupted)
    return pipeline, first, pipeline.add(double, x=first.out)


def test_ctrl_c_ends_the_run_in_order_and_then_the_script(on_ctrl_c, temporary):
    pipeline, *_ = interrupted_twofold()
    on_ctrl_c(signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt) as caught:
        run(pipeline, scheme="serial")
    (kept,) = list_runs(runs_folder()).readable
    assert kept.state == "cancelled"
    assert kept.counts == {"cancelled": 2}
    assert kept.id in str(caught.value)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert list(temporary.iterdir()) == []


def test_ctrl_c_while_a_run_is_prepared_interrupts_no_import_but_cancels_the_run(on_ctrl_c, temporary):
    class Interrupted(Pipeline):
        def copy(self) -> Pipeline:
            os.kill(os.getpid(), signal.SIGINT)
            return super().copy()

    pipeline = Interrupted()
    pipeline.add(double, x=1)
    on_ctrl_c(signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt, match="was ended"):
        run(pipeline)
    (kept,) = list_runs(runs_folder()).readable
    assert (kept.state, kept.counts) == ("cancelled", {"cancelled": 1})
    assert list(temporary.iterdir()) == []


def test_ctrl_c_while_workers_are_busy_leaves_none_of_them(on_ctrl_c):
    def sleeps(x: int = 1) -> int:
        os.kill(int(os.environ["OWNER"]), signal.SIGINT)
        threading.Event().wait(600)
        return x

    pipeline, _ = one_node(sleeps)
    on_ctrl_c(signal.default_int_handler)
    before = psutil.Process().children(recursive=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNER", str(os.getpid()))
        with pytest.raises(KeyboardInterrupt):
            run(pipeline, scheme="processes")
    left = [child for child in psutil.Process().children(recursive=True) if child not in before]
    assert all_gone(left)


def test_a_program_that_handles_ctrl_c_itself_is_told_and_gets_the_cancelled_result(on_ctrl_c):
    pipeline, first, second = interrupted_twofold()
    told = []
    on_ctrl_c(lambda number, _frame: told.append(number))
    result = run(pipeline, scheme="serial")
    assert told == [signal.SIGINT]
    assert result.state == "cancelled"
    assert {task.node: task.state for task in result.tasks} == {
        first.id: TaskState.CANCELLED,
        second.id: TaskState.CANCELLED,
    }


def test_cancelling_a_group_ends_all_in_it_and_nothing_else():
    inner = Pipeline("inner")
    inner.add(double, id="late", x=inner.add(sleeps, id="long").out)
    pipeline = Pipeline("outer")
    pipeline.add_group(inner, id="g")
    pipeline.add(double, id="g2", x=1)
    began = threading.Event()

    def listen(event):
        if isinstance(event, TaskChanged) and event.record.id == "g/long" and event.record.state is TaskState.RUNNING:
            began.set()

    with start_run(pipeline, scheme="processes", cache=False, listener=listen) as handle:
        assert began.wait(SECONDS)
        handle.cancel(nodes="g")
        ended = {task.id: task.state.value for task in handle.result(SECONDS).tasks}
    assert ended == {"g/long": "cancelled", "g/late": "cancelled", "g2": "succeeded"}


def test_cancelling_what_is_not_there_is_an_error_and_cancels_nothing():
    pipeline, node = one_node()
    with start_run(pipeline) as handle:
        with pytest.raises(UsageError, match=r"no node 'duoble'. Did you mean 'double'"):
            handle.cancel(nodes="duoble")
        with pytest.raises(UsageError, match="no task 'nope'"):
            handle.cancel(nodes=node, tasks="nope")
        assert handle.result(SECONDS).state == "succeeded"
