"""What an executor is told reaches it, whether it waits for messages or attends to the workers of a scheme."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

import pytest

from treadle.core.run.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 10.0


class Attended:
    """Stands for what looks after workers: waits until it is stirred, or does ``meanwhile``, and notes it all."""

    def __init__(self, meanwhile: Callable[[], None] | None = None, *, works: bool = True) -> None:
        self.meanwhile, self.works = meanwhile, works
        self.patience: list[float | None] = []
        self.stirs = self.leavings = 0
        self.waits, self._stirred = threading.Event(), threading.Event()

    def attend(self, seconds: float | None) -> bool:
        self.patience.append(seconds)
        if self.meanwhile is not None:
            self.meanwhile()
        elif seconds != 0.0 and self.works:
            self.waits.set()
            assert self._stirred.wait(DEADLINE)
        return self.works

    def stir(self, *, anyway: bool = False) -> None:
        assert anyway
        self.stirs += 1
        self._stirred.set()

    def leave(self) -> None:
        self.leavings += 1


@pytest.fixture
def inbox() -> Inbox[str]:
    return Inbox(itertools.count().__next__)


def texts(inbox: Inbox[str], seconds: float | None = DEADLINE) -> list[str]:
    return [text for _, text in inbox.take(seconds)]


def test_messages_come_in_their_order_with_the_time_at_which_they_came(inbox: Inbox[str]) -> None:
    inbox.put("a")
    inbox.put_report("b")
    assert inbox.take(DEADLINE) == [(0, "a"), (1, "b")]


def test_nothing_comes_when_the_time_is_over(inbox: Inbox[str]) -> None:
    assert texts(inbox, 0.001) == []


@pytest.mark.parametrize("put", ["put", "put_report"])
def test_a_message_from_another_thread_ends_the_wait_with_the_workers(inbox: Inbox[str], put: str) -> None:
    watch = Attended()
    inbox.attend(watch)

    def tell() -> None:
        assert watch.waits.wait(DEADLINE)
        getattr(inbox, put)("stop")

    thread = threading.Thread(target=tell)
    thread.start()
    assert texts(inbox, None) == ["stop"]
    thread.join()
    assert watch.stirs == 1


def test_what_came_before_is_not_waited_for_but_the_workers_are_looked_after(inbox: Inbox[str]) -> None:
    watch = Attended()
    inbox.attend(watch)
    inbox.put("early")
    assert texts(inbox) == ["early"]
    assert watch.patience == [0.0]
    assert not watch.stirs


def test_what_workers_report_stands_between_what_came_before_and_what_comes_after(inbox: Inbox[str]) -> None:
    def report() -> None:
        inbox.put_report("during")
        inbox.put("after")

    inbox.attend(Attended(report))
    inbox.put("before")
    taken = inbox.take(DEADLINE)
    assert [text for _, text in taken] == ["before", "during", "after"]


def test_reports_of_the_workers_that_are_attended_to_wake_nobody(inbox: Inbox[str]) -> None:
    watch = Attended(lambda: inbox.put_report("done"))
    inbox.attend(watch)
    assert texts(inbox) == ["done"]
    assert not watch.stirs


def test_a_handler_of_signals_ends_the_wait_of_the_thread_it_interrupts(inbox: Inbox[str]) -> None:
    watch = Attended(lambda: inbox.put("cancel"))
    inbox.attend(watch)
    assert texts(inbox) == ["cancel"]
    assert watch.stirs == 1


def test_many_messages_stir_once(inbox: Inbox[str]) -> None:
    def tell() -> None:
        for text in "abc":
            inbox.put(text)

    watch = Attended(tell)
    inbox.attend(watch)
    assert texts(inbox) == ["a", "b", "c"]
    assert watch.stirs == 1


def test_after_workers_that_cannot_be_attended_to_messages_are_waited_for(inbox: Inbox[str]) -> None:
    watch = Attended(works=False)
    inbox.attend(watch)
    assert texts(inbox) == []
    inbox.attend(watch)
    inbox.put("next")
    assert texts(inbox) == ["next"]
    assert len(watch.patience) == 1
    assert watch.leavings == 1


def test_other_workers_are_attended_to_once_those_before_are_left(inbox: Inbox[str]) -> None:
    first, second = Attended(lambda: None), Attended(lambda: None)
    for watch in (first, first, second, None):
        inbox.attend(watch)
    assert (first.leavings, second.leavings) == (1, 1)
