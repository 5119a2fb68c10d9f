"""The workers of a scheme are looked after by one thread at a time: its own, or that of who waits for them."""

from __future__ import annotations

import selectors
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from treadle.schemes.hosting.premises import Premises
from treadle.schemes.hosting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEADLINE = 10.0


class Workers:
    """Stands for workers: takes what comes through a socket, and notes in which thread."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.ours, self.theirs = socket.socketpair()
        self.selector.register(self.ours, selectors.EVENT_READ, None)
        self.taken: list[tuple[str, bytes]] = []
        self.news = threading.Event()
        self.abandoned: list[str] = []
        self.breaks = False
        self.resting: Callable[[], None] = lambda: None

    def patience(self) -> float | None:
        return None

    def nap(self) -> float:
        self.resting()
        return 0.0

    def ready(self, events: list[tuple[selectors.SelectorKey, int]]) -> None:
        if any(key.fileobj is self.ours for key, _ in events):
            if self.breaks:
                raise ValueError("odd")
            self.taken.append((threading.current_thread().name, self.ours.recv(100)))
            self.news.set()

    def abandon(self, why: str) -> None:
        self.abandoned.append(why)
        self.news.set()

    def say(self, text: bytes) -> None:
        self.news.clear()
        self.theirs.send(text)

    def close(self) -> None:
        self.selector.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


@pytest.fixture
def watch(workers: Workers) -> Iterator[Watch]:
    premises = Premises("tests")
    made = Watch("tests", workers, threading.RLock(), premises.wake)
    yield made
    made.close(time.monotonic() + DEADLINE)
    premises.close()


def attend_until(watch: Watch, workers: Workers) -> None:
    end = time.monotonic() + DEADLINE
    while not workers.news.is_set():
        assert time.monotonic() < end
        assert watch.attend(0.1)


def test_the_thread_of_the_scheme_takes_in_what_happens(watch: Watch, workers: Workers) -> None:
    workers.say(b"a")
    assert workers.news.wait(DEADLINE)
    assert workers.taken == [("treadle-tests", b"a")]


def test_while_somebody_attends_it_is_taken_in_by_them_alone(watch: Watch, workers: Workers) -> None:
    watch.attend(0.0)
    me = threading.current_thread().name
    for text in (b"a", b"b"):
        workers.say(text)
        attend_until(watch, workers)
    assert workers.taken == [(me, b"a"), (me, b"b")]


def test_between_two_looks_the_thread_does_not_take_it(watch: Watch, workers: Workers) -> None:
    watch.attend(0.0)
    workers.say(b"a")
    assert not workers.news.wait(0.05)
    assert watch.attend(DEADLINE)
    assert len(workers.taken) == 1


def test_after_that_the_thread_takes_in_again_what_happens(watch: Watch, workers: Workers) -> None:
    watch.attend(0.0)
    workers.say(b"a")
    watch.leave()
    watch.leave()
    assert workers.news.wait(DEADLINE)
    assert workers.taken == [("treadle-tests", b"a")]


def test_who_attends_can_be_stirred_from_another_thread(watch: Watch, workers: Workers) -> None:
    watch.attend(0.0)
    threading.Thread(target=watch.stir, kwargs={"anyway": True}).start()
    began = time.monotonic()
    assert watch.attend(DEADLINE)
    assert time.monotonic() - began < DEADLINE / 2


def test_what_stirs_the_thread_while_it_leaves_its_seat_is_not_lost_for_who_attends(
    watch: Watch, workers: Workers
) -> None:
    def stirred_as_it_is_relieved() -> None:
        workers.resting = lambda: None
        assert workers.selector.select(DEADLINE)
        watch.stir(anyway=True)

    workers.resting = stirred_as_it_is_relieved
    workers.say(b"a")
    assert workers.news.wait(DEADLINE)
    began = time.monotonic()
    assert watch.attend(DEADLINE)
    assert time.monotonic() - began < DEADLINE / 2


def test_a_scheme_that_fails_is_abandoned_once_and_cannot_be_attended_to(
    watch: Watch, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    watch.attend(0.0)
    workers.breaks = True
    workers.say(b"a")
    assert not watch.attend(DEADLINE)
    assert not watch.attend(DEADLINE)
    watch.leave()
    assert workers.abandoned == ["a bug in Treadle, please report it: ValueError: odd"]
    assert "tests has failed" in caplog.text


def test_a_scheme_that_failed_in_its_thread_cannot_be_attended_to(
    watch: Watch, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    workers.breaks = True
    workers.say(b"a")
    assert workers.news.wait(DEADLINE)
    assert not watch.attend(DEADLINE)
    assert len(workers.abandoned) == 1
    assert "tests has failed" in caplog.text


def test_what_a_handler_of_signals_raises_is_no_fault_of_the_scheme(watch: Watch, workers: Workers) -> None:
    def out_of_time(*_: object) -> None:
        raise TimeoutError("a limit of the program's own")

    watch.attend(0.0)
    before = signal.signal(signal.SIGALRM, out_of_time)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(TimeoutError):
            watch.attend(DEADLINE)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert not workers.abandoned
    workers.say(b"a")
    attend_until(watch, workers)


def test_it_can_be_closed_by_who_attends(watch: Watch) -> None:
    watch.attend(0.0)
    watch.close(time.monotonic() + DEADLINE)
    assert "treadle-tests" not in {thread.name for thread in threading.enumerate()}


def test_it_can_be_closed_while_somebody_attends_and_then_it_cannot_be_attended_to(
    watch: Watch, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    watch.attend(0.0)
    answers: list[bool] = []
    attending = threading.Thread(target=lambda: answers.append(watch.attend(DEADLINE)))
    attending.start()
    watch.close(time.monotonic() + DEADLINE)
    attending.join(DEADLINE)
    workers.close()
    assert answers == [False]
    assert not watch.attend(DEADLINE)
    watch.leave()
    assert not caplog.text
