"""The table of tasks, also with a hundred thousand of them."""

from __future__ import annotations

import time

import pytest
from PyQt6.QtCore import Qt
from windows import row

from treadle.app.window.runs.task_columns import SCHEME, STATE
from treadle.app.window.runs.task_table import TaskTable
from treadle.app.window.theme.theme import Theme

MS = 20_000
DURATION = 5


@pytest.fixture
def table(qapp):
    return TaskTable(Theme("light"))


@pytest.fixture
def rows():
    return {}


@pytest.fixture
def take(table, rows):
    table.show(rows)

    def take(*news):
        rows.update((one.task, one) for one in news)
        table.take(news)

    return take


def shown(table):
    return [table.task(at).task for at in range(table.rowCount())]


def text(table, at, column):
    return table.data(table.index(at, column))


def test_new_tasks_are_added_at_the_end(table, take, qtmodeltester):
    take(row("b", "running"))
    take(row("a", "failed", cause="no"))
    assert shown(table) == ["b", "a"]
    qtmodeltester.check(table)


def test_schemes_are_shown_in_words_and_none_for_what_came_from_the_cache(table, take):
    take(row("b", "running", scheme="ipython"), row("a", "cached", scheme="cache"))
    assert [text(table, at, SCHEME) for at in range(2)] == ["IPython", ""]


def test_a_task_that_changes_stays_where_it_is(table, take, qtbot):
    take(row("b", "running"), row("a", "running"))
    with qtbot.waitSignal(table.dataChanged):
        take(row("b", "succeeded", began=1.0, ended=3.0))
    assert shown(table) == ["b", "a"]
    assert text(table, 0, STATE) == "Done"
    assert text(table, 0, DURATION) == "2.0 s"


def test_sorting_is_done_once_and_nothing_jumps_afterwards(table, take):
    take(*(row(name, "succeeded", began=0.1, ended=end) for name, end in (("a", 2.0), ("b", 3.0), ("c", 1.0))))
    table.sort(DURATION, Qt.SortOrder.DescendingOrder)
    assert shown(table) == ["b", "a", "c"]
    take(row("c", "succeeded", began=0.1, ended=9.0), row("d", "succeeded", began=0.1, ended=8.0))
    assert shown(table) == ["b", "a", "c", "d"]
    table.sort(-1)
    assert shown(table) == ["a", "b", "c", "d"]


def test_equal_tasks_keep_their_order_when_sorted(table, take):
    take(*(row(name, "succeeded") for name in "cab"))
    table.sort(DURATION, Qt.SortOrder.DescendingOrder)
    assert shown(table) == ["c", "a", "b"]


def test_only_tasks_with_the_words_and_in_the_states_are_shown(table, take):
    take(
        row("smooth[0]", "failed", labels={"image": "sub-07"}, cause="No space"),
        row("smooth[1]", "running"),
        row("fit", "failed"),
    )
    table.filter("SPACE sub-07")
    assert shown(table) == ["smooth[0]"]
    table.filter("", ["failed"])
    assert shown(table) == ["smooth[0]", "fit"]
    table.filter("", ())
    assert len(shown(table)) == 3


def test_tasks_come_and_go_as_they_fit_the_filter(table, take):
    table.filter("", ["running"])
    take(row("a", "waiting"), row("b", "running"), row("c", "running"))
    assert shown(table) == ["b", "c"]
    take(row("a", "running"), row("b", "succeeded"))
    assert shown(table) == ["c", "a"]
    assert (table.place_of("a"), table.place_of("b")) == (1, -1)


def longest_gap(qtbot, until):
    """Let the window work until something holds; return the longest time that no event was handled."""
    longest, last = 0.0, time.perf_counter()

    def tick():
        nonlocal longest, last
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        return until()

    from PyQt6.QtCore import QTimer

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(0)
    qtbot.waitUntil(until, timeout=MS)
    return longest


def test_a_hundred_thousand_tasks_are_sorted_and_filtered_without_holding_up_the_window(table, rows, qtbot):
    many = [row(f"n[{at}]", "succeeded", "n", began=1.0, ended=1.0 + (at * 7919) % 100_000) for at in range(100_000)]
    rows.update((one.task, one) for one in many)
    table.show({})
    table.show(rows)
    gap = longest_gap(qtbot, lambda: table.rowCount() == 100_000)
    table.sort(DURATION)
    gap = max(gap, longest_gap(qtbot, lambda: table.settled))
    assert [table.task(at).ended - 1 for at in (0, 1, 99_999)] == [0, 1, 99_999]
    table.filter("n[77")
    gap = max(gap, longest_gap(qtbot, lambda: table.settled))
    assert table.rowCount() == 1_111
    assert gap < 0.25, f"{gap * 1000:.0f} ms"


def test_tasks_that_come_while_it_is_sorted_are_not_lost(table, rows, take, qtbot):
    take(*(row(f"n[{at}]", "succeeded", "n") for at in range(20_000)))
    table.sort(DURATION)
    take(*(row(f"m[{at}]", "running", "m") for at in range(10)))
    qtbot.waitUntil(lambda: table.settled, timeout=MS)
    assert table.rowCount() == 20_010
    assert shown(table)[-1] == "m[9]"
