from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from treadle.app.window.runs import log_model
from treadle.app.window.runs.log_model import LINE, LogModel
from treadle.app.window.theme.theme import Theme
from treadle.core.protocol import LogLine

MS = 20_000


@pytest.fixture
def log(qapp):
    return LogModel(Theme("light"))


def lines(*texts, task="a"):
    return [LogLine(task, text) for text in texts]


def shown(log):
    return [log.data(log.index(at, LINE)) for at in range(log.rowCount())]


def test_lines_are_added_in_their_order(log, qtmodeltester):
    log.take(lines("one", "two"))
    log.take(lines("three"))
    assert shown(log) == ["one", "two", "three"]
    qtmodeltester.check(log)


def test_escapes_are_shown_as_text(log):
    log.take(lines("\x1b[31mred\x1b[0m\r\x00 \u202eevil"))
    assert shown(log) == ["\\x1b[31mred\\x1b[0m\\r\\x00 \\u202eevil"]


def test_lines_that_were_left_out_are_counted(log):
    log.take(lines("last"), cut=1234)
    assert shown(log) == ["… 1\u2009234 lines left out …", "last"]


def test_the_newest_lines_are_kept(log, monkeypatch):
    monkeypatch.setattr(log_model, "MOST_LINES", 100)
    for number in range(1_000):
        log.take(lines(str(number)))
    assert log.rowCount() <= 100
    assert shown(log)[-1] == "999"
    assert shown(log) == [str(number) for number in range(1_000 - log.rowCount(), 1_000)]


def test_long_lines_count_for_what_they_are(log, monkeypatch):
    monkeypatch.setattr(log_model, "MOST_CHARACTERS", 10_000)
    for _ in range(100):
        log.take(lines("x" * 2_000))
    assert log.total <= 5


def test_lines_of_some_tasks_or_nodes_and_with_some_words_are_shown(log):
    log.take(lines("alpha", task="fit[0]") + lines("beta", task="fit[1]") + lines("Gamma", task="load"))
    log.filter(tasks=["fit[1]"])
    assert shown(log) == ["beta"]
    log.filter(nodes=["fit"])
    assert shown(log) == ["alpha", "beta"]
    log.filter("GAM")
    assert shown(log) == ["Gamma"]
    log.take(lines("gamma again", "delta"))
    assert shown(log) == ["Gamma", "gamma again"]
    log.filter()
    assert log.rowCount() == 5


def test_lines_that_come_while_it_is_filtered_are_not_lost(log, qtbot, monkeypatch):
    monkeypatch.setattr("treadle.app.window.runs.slices.SLICE_SECONDS", 0.0001)
    log.take(lines(*map(str, range(30_000))))
    log.filter("9")
    log.take(lines("999999"))
    qtbot.waitUntil(lambda: not log._slices.busy, timeout=MS)
    assert shown(log)[-1] == "999999"


def test_lines_that_are_dropped_while_it_is_filtered_do_no_harm(log, qtbot, monkeypatch):
    monkeypatch.setattr("treadle.app.window.runs.slices.SLICE_SECONDS", 0.0001)
    monkeypatch.setattr(log_model, "MOST_LINES", 30_000)
    log.take(lines(*map(str, range(30_000))))
    log.filter("9")
    log.take(lines("999999"))
    qtbot.waitUntil(lambda: not log._slices.busy, timeout=MS)
    assert shown(log)[0] == "3009"
    assert log.data(log.index(0, LINE), Qt.ItemDataRole.DisplayRole)


def test_rows_are_copied_as_text(log):
    log.take(lines("one", "t\x07wo"))
    assert log.text([0, 1]) == "one\nt\\x07wo"
