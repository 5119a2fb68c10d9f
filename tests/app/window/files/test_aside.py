"""Work beside the window's thread."""

from __future__ import annotations

import threading

from PyQt6.QtWidgets import QApplication

from treadle.app.window.files.aside import Aside

SECONDS = 10.0


def test_what_came_of_work_is_told_in_the_order_in_which_it_was_given(qapp, qtbot):
    aside, told = Aside("test"), []
    for number in range(3):
        aside.do(lambda number=number: number, told.append)
    qtbot.waitUntil(lambda: told == [0, 1, 2])
    assert aside.finish()


def test_what_is_on_its_way_when_it_is_finished_is_told_no_more(qapp):
    aside, told, done = Aside("test"), [], threading.Event()
    aside.do(lambda: None, told.append)
    aside.do(done.set)
    assert done.wait(SECONDS)
    assert aside.finish()
    QApplication.processEvents()
    assert told == []
