"""A started run that is closed leaves neither its thread nor a worker, whatever its modules do."""

from __future__ import annotations

import threading

import pytest
from offspring import offspring

from treadle import Pipeline, Schemes, module, start_run
from treadle.app import handle as handles
from treadle.core.run import carrying_out as carrying
from treadle.core.run.records import TaskChanged
from treadle.core.run.states import TaskState

SECONDS = 20.0


class Pot:
    """What modules in this process share with the test."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()


@pytest.fixture
def pot():
    made = Pot()
    yield made
    made.opened.set()


def sleeps(x: int = 1) -> int:
    import time

    time.sleep(600)
    return x


def number() -> int:
    return 1


def run_threads():
    return [thread for thread in threading.enumerate() if thread.name == "treadle-run"]


def workers():
    return offspring()


def test_closing_a_run_that_goes_on_ends_its_tasks_its_workers_and_its_thread():
    running = threading.Event()

    def listen(event):
        if isinstance(event, TaskChanged) and event.record.state is TaskState.RUNNING:
            running.set()

    pipeline = Pipeline("demo")
    pipeline.add(sleeps)
    with start_run(pipeline, scheme="processes", listener=listen) as handle:
        assert running.wait(SECONDS)
    assert handle.done
    assert handle.result().state == "cancelled"
    assert run_threads() == []
    assert workers() == []


def test_a_module_in_the_thread_of_the_run_is_interrupted_when_the_run_is_closed(pot, monkeypatch):
    def never_asks(x: int = 1) -> int:
        pot.begun.set()
        while not pot.opened.wait(0.01):
            pass
        return x

    monkeypatch.setattr(handles, "ASK_SECONDS", 0.1)
    pipeline = Pipeline("demo")
    pipeline.add(never_asks)
    handle = start_run(pipeline, scheme="serial")
    assert pot.begun.wait(SECONDS)
    handle.close()
    assert handle.done
    assert handle.result().state == "cancelled"


def test_a_module_that_cannot_be_interrupted_keeps_its_thread_but_no_worker(pot, monkeypatch, temporary):
    @module(schemes=Schemes(processes=False))
    def swallows(x: int = 1) -> int:
        pot.begun.set()
        while True:
            try:
                assert pot.opened.wait(SECONDS)
                return x
            except KeyboardInterrupt:
                pass

    monkeypatch.setattr(handles, "ASK_SECONDS", 0.1)
    monkeypatch.setattr(handles, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(carrying, "STOP_SECONDS", 0.2)
    pipeline = Pipeline("demo")
    pipeline.add(sleeps)
    pipeline.add(swallows)
    handle = start_run(pipeline)
    assert pot.begun.wait(SECONDS)
    with pytest.warns(UserWarning, match=r"goes on 0\.3 s after it was cancelled.*Have the module ask cancelled\(\)"):
        handle.close()
    assert workers() == []
    pot.opened.set()
    assert handle.result(SECONDS).state == "cancelled"
    assert run_threads() == []
    assert list(temporary.iterdir()) == []


def test_a_listener_may_close_the_run_it_hears_of(temporary):
    told = []
    known = threading.Event()

    def listen(event):
        if isinstance(event, TaskChanged) and event.record.state is TaskState.RUNNING:
            assert known.wait(SECONDS)
            told[0].close()

    pipeline = Pipeline("demo")
    pipeline.add(sleeps)
    told.append(start_run(pipeline, scheme="processes", listener=listen))
    known.set()
    assert told[0].result(SECONDS).state == "cancelled"
    assert workers() == []
    assert list(temporary.iterdir()) == []


def test_a_run_goes_on_without_a_listener_that_has_raised(caplog):
    heard = []

    def listen(event):
        heard.append(event)
        raise RuntimeError("the listener is broken")

    pipeline = Pipeline("demo")
    pipeline.add(number)
    with start_run(pipeline, scheme="processes", listener=listen) as handle:
        assert handle.result(SECONDS).ok
    assert len(heard) == 1
    assert "the listener is broken" in caplog.text


class Broken(BaseException):
    """What is no Exception."""


def test_a_run_that_ends_by_an_error_leaves_no_worker_though_its_handle_is_kept(temporary):
    def listen(event):
        if isinstance(event, TaskChanged) and event.record.state is TaskState.RUNNING:
            raise Broken

    pipeline = Pipeline("demo")
    pipeline.add(sleeps)
    handle = start_run(pipeline, scheme="processes", listener=listen)
    with pytest.raises(Broken):
        handle.result(SECONDS)
    assert workers() == []
    assert list(temporary.iterdir()) == []
