from __future__ import annotations

import pytest
from shells import end, program

ON, OFF = True, False


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.window.show()
    yield made
    end(made)


def test_the_status_bar_names_the_schemes_in_use_and_each_leads_to_its_card(whole, qtbot):
    window = whole.window
    rooms = window.rooms
    assert rooms.chips.words == []
    whole.documents.new()
    window.activateWindow()
    assert rooms.chips.words == ["IPython", "Processes", "Threads"]
    rooms.parallel.preferences.enable("ipython", OFF)
    rooms.parallel.preferences.move("threads", 0)
    assert rooms.chips.words == ["Threads", "Processes"]
    window.docks.show("tasks")
    rooms.chips.press("processes")
    qtbot.waitUntil(lambda: rooms.parallel.isVisible(), timeout=5_000)
    qtbot.waitUntil(lambda: rooms.parallel.card("processes").hasFocus(), timeout=5_000)


def test_the_chooser_of_schemes_leads_to_their_settings(whole, qtbot):
    whole.documents.new()
    whole.window.docks.show("tasks")
    whole.window.rooms.scheme._fill()
    whole.window.rooms.scheme.menu().actions()[-1].trigger()
    qtbot.waitUntil(lambda: whole.window.rooms.parallel.isVisible(), timeout=5_000)
