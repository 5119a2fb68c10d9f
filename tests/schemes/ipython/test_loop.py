"""Calls of the library that may block for ever are not waited for so long."""

from __future__ import annotations

import queue
import threading

import pytest

from treadle.core.errors import ClusterError
from treadle.schemes.ipython.loop import within

SECONDS = 10.0


def test_what_a_call_gives_is_returned_and_what_it_raises_is_raised():
    assert within(SECONDS, "the answer", lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        within(SECONDS, "the answer", lambda: 1 // 0)


def test_a_call_that_takes_too_long_is_an_error_and_may_end_later_without_harm():
    gate, threads = threading.Event(), queue.SimpleQueue()

    def call():
        threads.put(threading.current_thread())
        return gate.wait(SECONDS)

    with pytest.raises(ClusterError, match=r"the answer took longer than 0\.05 s"):
        within(0.05, "the answer", call)
    gate.set()
    # A thread that ends with an exception is a warning, which is an error here.
    thread = threads.get(timeout=SECONDS)
    thread.join(SECONDS)
    assert not thread.is_alive()
