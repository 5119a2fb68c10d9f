"""A signal cancels the run wherever it is, and interrupts nothing but modules."""

from __future__ import annotations

import os
import signal

import pytest

from treadle.app.interrupts import Interrupts
from treadle.core.worker.call import Call, Form, Target
from treadle.core.worker.context import TaskContext
from treadle.core.worker.execute import execute
from treadle.core.worker.files import FileStore

PAIR = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def heard_by_default():
    """Let the tests hear Ctrl-C, also where the caller made them deaf to it."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in PAIR}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", PAIR)
def test_before_a_run_it_interrupts(number):
    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    assert interrupts.heard


@pytest.mark.parametrize("number", PAIR)
def test_while_a_run_is_prepared_it_is_kept_for_that_run(number):
    asked = []
    with Interrupts() as interrupts:
        interrupts.hold()
        os.kill(os.getpid(), number)
        interrupts.cancels(lambda: asked.append(number))
    assert asked == [number]


@pytest.mark.parametrize("number", PAIR)
def test_between_modules_it_only_asks_to_cancel(number):
    asked = []
    with Interrupts() as interrupts:
        interrupts.cancel = lambda: asked.append(number)
        os.kill(os.getpid(), number)
        assert asked == [number]


def test_in_a_module_it_cancels_and_interrupts(tmp_path):
    asked = []

    def module() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    call = Call("task", Form(Target(live=module)), {})
    context = TaskContext(lambda _fraction, _text: None, lambda _line: None)
    with Interrupts() as interrupts:
        interrupts.cancel = lambda: asked.append("cancel")
        with pytest.raises(KeyboardInterrupt):
            execute(call, lambda _value: None, context, FileStore(tmp_path))
    assert asked == ["cancel"]


def test_afterwards_signals_do_what_they_did_before():
    before = [signal.getsignal(number) for number in PAIR]
    with Interrupts():
        assert [signal.getsignal(number) for number in PAIR] != before
    assert [signal.getsignal(number) for number in PAIR] == before
