from __future__ import annotations

import queue
import threading

import pytest

from treadle.app.runner.feed import MOST_LINES, MOST_TASKS, RunFeed
from treadle.core.run.events import AtBreakpoints
from treadle.core.run.records import TaskChanged, TaskLogged, TaskProgress, TaskRecord
from treadle.core.run.states import TaskState
from treadle.core.worker.cut import mark_of

SECONDS = 20.0


class Window:
    """Takes what a feed sends."""

    def __init__(self) -> None:
        self.news = queue.SimpleQueue()
        self.reads = threading.Event()
        self.reads.set()
        self.feed = RunFeed("run", self.take)

    def take(self, news):
        assert self.reads.wait(SECONDS)
        self.news.put(news)

    def all(self):
        self.feed.close(SECONDS)
        found = []
        while not self.news.empty():
            found.append(self.news.get())
        return found


@pytest.fixture
def window():
    made = Window()
    yield made
    made.reads.set()
    made.feed.close(SECONDS)


def record(name, state=TaskState.READY, node="node", **facts):
    return TaskRecord(id=name, node=node, labels={}, state=state, **facts)


def change(window, one, state):
    one.state = state
    window.feed.hear(TaskChanged(one))


def test_the_newest_of_each_task_is_told(window):
    one = record("a")
    for state in (TaskState.READY, TaskState.DISPATCHED, TaskState.RUNNING, TaskState.SUCCEEDED):
        change(window, one, state)
    rows = [row for news in window.all() for row in news.tasks]
    assert rows[-1].state == "succeeded"


def test_a_window_that_does_not_read_holds_up_nobody_and_is_told_once_of_each_task(window):
    window.reads.clear()
    records = [record(str(number)) for number in range(100)]
    for state in (TaskState.READY, TaskState.DISPATCHED, TaskState.RUNNING, TaskState.SUCCEEDED) * 20:
        for one in records:
            change(window, one, state)
    window.reads.set()
    told = window.all()
    assert sum(len(news.tasks) for news in told) <= 3 * len(records)
    assert told[-1].nodes[-1].states == {"succeeded": 100}


def test_many_tasks_come_in_pieces_and_none_is_left_out(window):
    window.reads.clear()
    for number in range(3 * MOST_TASKS):
        change(window, record(str(number)), TaskState.SUCCEEDED)
    window.reads.set()
    told = window.all()
    assert max(len(news.tasks) for news in told) <= MOST_TASKS
    assert len({row.task for news in told for row in news.tasks}) == 3 * MOST_TASKS


def test_of_too_many_lines_the_newest_are_kept_and_the_cut_is_told(window):
    window.reads.clear()
    for number in range(3 * MOST_LINES):
        window.feed.hear(TaskLogged("a", str(number)))
    window.reads.set()
    told = window.all()
    lines = [line.text for news in told for line in news.lines]
    assert lines[-1] == str(3 * MOST_LINES - 1)
    assert len(lines) + sum(news.cut for news in told) == 3 * MOST_LINES


def test_lines_that_were_cut_before_the_window_heard_of_them_count_when_their_mark_is_cut_too(window):
    window.reads.clear()
    window.feed.hear(TaskLogged("a", mark_of(500)))
    for number in range(MOST_LINES):
        window.feed.hear(TaskLogged("a", str(number)))
    window.reads.set()
    assert sum(news.cut for news in window.all()) == 500


def test_where_a_run_waits_is_told_once_the_newest_only(window):
    window.reads.clear()
    for places in (("a",), ("a", "b"), ("b",)):
        window.feed.hear(AtBreakpoints(places))
    change(window, record("a"), TaskState.SUCCEEDED)
    window.reads.set()
    told = [news.waits_at for news in window.all() if news.waits_at is not None]
    assert told[-1] == ("b",)
    assert len(told) <= 2


def test_progress_of_a_node_is_that_of_its_running_tasks_together(window):
    one, other = record("a"), record("b")
    change(window, one, TaskState.RUNNING)
    change(window, other, TaskState.RUNNING)
    window.feed.hear(TaskProgress("a", 0.5, "half"))
    row = window.all()[-1].nodes[-1]
    assert row.progress == 0.25
    assert row.text == "half"


def test_progress_of_a_task_that_is_over_counts_no_more(window):
    one = record("a")
    change(window, one, TaskState.RUNNING)
    window.feed.hear(TaskProgress("a", 0.5, "half"))
    change(window, one, TaskState.SUCCEEDED)
    window.feed.hear(TaskProgress("a", 0.9, "late"))
    assert window.all()[-1].nodes[-1].progress == 0.0


def test_the_states_of_all_tasks_are_counted(window):
    change(window, record("a"), TaskState.SUCCEEDED)
    change(window, record("b", node="other"), TaskState.FAILED)
    assert window.feed.states() == {"succeeded": 1, "failed": 1}
