"""Ctrl-C while a run is cleaned up interrupts the program, and not the cleaning."""

from __future__ import annotations

import gc
import os
import signal
import threading
import weakref

import pytest

from treadle import Pipeline
from treadle.app.options import Options
from treadle.app.postponed import Postponed
from treadle.app.session import Run

SECONDS = 20.0


@pytest.fixture(autouse=True)
def heard_by_default():
    """Let the tests hear Ctrl-C, also where the caller made them deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Held:
    """Something that is let go of."""


def press(times: int = 1):
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


def let_go_and_wait(held: list[object]):
    held.clear()
    threading.Event().wait(SECONDS)


def collect_and_wait(held: list[object]):
    # What else is to go shall not be going when the key is heard: it would be lost there.
    gc.collect()
    held.clear()
    gc.collect()
    threading.Event().wait(SECONDS)


def test_what_is_pressed_in_a_finalizer_comes_when_that_has_ended():
    held, done = [Held()], []

    def clean():
        with Postponed():
            press()
            done.append("cleaned")

    weakref.finalize(held[0], clean)
    with pytest.raises(KeyboardInterrupt):
        let_go_and_wait(held)
    assert done == ["cleaned"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_is_not_kept_back():
    with pytest.raises(KeyboardInterrupt), Postponed():
        press(times=2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_with_a_handler_of_its_own_is_told_at_once():
    told = []
    signal.signal(signal.SIGINT, lambda *_: told.append("told"))
    with Postponed():
        press()
        assert told == ["told"]


def test_a_run_that_nobody_refers_to_is_cleaned_up_whole_and_the_program_interrupted():
    pipeline = Pipeline("let go")
    pipeline.add("builtins:abs", x=-1)
    made = [Run(pipeline, Options(scheme="serial", cache=False))]
    folder, closed = made[0].folder, made[0].keeping.close

    def close():
        press()
        closed()

    made[0].keeping.close = close
    with pytest.raises(KeyboardInterrupt):
        collect_and_wait(made)
    assert not folder.exists()
