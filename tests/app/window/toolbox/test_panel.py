from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QPushButton, QWidget
from windows import FakeBridge, begun, row, told

from treadle import Pipeline
from treadle.app.window.catalogue import Catalogue
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.shared import Shared
from treadle.app.window.toolbox.panel import ToolboxPanel
from treadle.core import protocol as p

MS = 10_000
ON, OFF = True, False


@pytest.fixture
def shared(theme, settings):
    bridge = FakeBridge()
    return Shared(theme, settings, bridge, Catalogue(bridge))


@pytest.fixture
def panel(shared, qtbot):
    made = ToolboxPanel(shared)
    qtbot.addWidget(made)
    made.resize(1600, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def runs(shared, qtbot):
    pipeline = Pipeline("one")
    pipeline.add("operator:add", id="first", a=1, b=2)
    made = Runs(shared.bridge, Document(pipeline), shared.settings)
    yield made
    made.close()


def names(panel):
    return [card.name for card in panel.cards]


def middle(card):
    return QPoint(card.width() // 2, card.height() - 4)


def drag(panel, name, onto, *, drop=True):
    """Press on the free ground of a card, go to the far half of another one, and let go."""
    card, target = panel.card(name), panel.card(onto)
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=middle(card))
    there = card.mapFromGlobal(target.mapToGlobal(QPoint(target.width() - 8, target.height() - 4)))
    QTest.mouseMove(card, middle(card) + QPoint(30, 0))
    QTest.mouseMove(card, there)
    if drop:
        QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=there)


def test_there_is_a_card_for_each_scheme_in_the_persons_order(panel):
    assert names(panel) == ["ipython", "processes", "threads", "serial"]
    panel.preferences.move("threads", 0)
    assert names(panel) == ["threads", "ipython", "processes", "serial"]
    assert [card.x() for card in panel.cards] == sorted(card.x() for card in panel.cards)


def test_a_scheme_is_enabled_by_its_switch(panel):
    panel.card("processes").switch.click()
    assert not panel.preferences.choice("processes").enabled
    assert panel.card("processes").state.text() == "not used"
    panel.preferences.enable("processes", ON)
    assert panel.card("processes").switch.isChecked()


def test_serial_has_no_switch_and_stays_the_last(panel):
    card = panel.card("serial")
    assert card.switch.isHidden()
    drag(panel, "serial", "ipython")
    card.step_wanted.emit(-1)
    assert names(panel)[-1] == "serial"


def test_what_is_set_on_a_card_is_what_runs_are_told(panel):
    card = panel.card("processes")
    card.number.box.setValue(3)
    card.memory.setValue(2.5)
    card.renewal.box.setValue(100)
    panel.card("threads").number.box.setValue(4)
    assert panel.preferences.run_options()["settings"] == {
        "processes": p.SchemeSettings(number=3, memory_gb=2.5, renew_after=100),
        "threads": p.SchemeSettings(number=4),
    }
    panel.preferences.clear("processes")
    assert (card.number.box.value(), card.memory.value(), card.renewal.box.value()) == (0, 0.0, 0)


def test_a_card_is_dragged_to_another_place(panel):
    drag(panel, "ipython", "processes")
    assert names(panel) == ["processes", "ipython", "threads", "serial"]
    drag(panel, "processes", "serial")
    assert names(panel) == ["ipython", "threads", "processes", "serial"]


def test_escape_ends_a_drag_and_nothing_has_changed(panel):
    drag(panel, "ipython", "threads", drop=False)
    card = panel.card("ipython")
    QTest.keyClick(card, Qt.Key.Key_Escape)
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=middle(card))
    assert names(panel) == ["ipython", "processes", "threads", "serial"]


@pytest.mark.parametrize(("back", "on"), [(Qt.Key.Key_Up, Qt.Key.Key_Down), (Qt.Key.Key_Left, Qt.Key.Key_Right)])
def test_a_card_is_moved_by_keys_from_wherever_the_keyboard_is_on_it(panel, qtbot, back, on):
    panel.activateWindow()
    box = panel.card("processes").number.box
    box.setFocus()
    QTest.keyClick(box, back, Qt.KeyboardModifier.AltModifier)
    assert names(panel) == ["processes", "ipython", "threads", "serial"]
    QTest.keyClick(box, on, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(box, on, Qt.KeyboardModifier.AltModifier)
    assert names(panel) == ["ipython", "threads", "processes", "serial"]
    assert box.value() == 0


def test_a_scheme_that_is_not_known_is_shown_and_can_only_be_moved(panel, shared):
    shared.settings.set("schemes", '{"order": [{"name": "slurm", "settings": {"queue": "long"}}]}')
    card = panel.card("slurm")
    assert not card.switch.isEnabled()
    assert not card.switch.isChecked()
    assert not card.fields.isEnabled()
    assert "newer Treadle" in card.help.text()
    drag(panel, "slurm", "processes")
    assert names(panel) == ["ipython", "processes", "slurm", "threads", "serial"]
    shared.settings.set("schemes", "")
    assert names(panel) == ["ipython", "processes", "threads", "serial"]


def test_what_is_not_known_of_a_scheme_is_shown(panel, shared):
    shared.settings.set("schemes", '{"order": [{"name": "threads", "settings": {"pinned": "yes", "number": 3}}]}')
    card = panel.card("threads")
    assert card.number.box.value() == 3
    assert card.fields.told == {"pinned": "yes"}
    shared.settings.set("schemes", "")
    assert card.fields.told == {}


def test_cards_stand_one_below_the_other_where_there_is_no_room_beside(panel, qtbot):
    panel.resize(320, 900)
    qtbot.waitUntil(lambda: len({card.x() for card in panel.cards}) == 1, timeout=MS)
    assert [card.y() for card in panel.cards] == sorted({card.y() for card in panel.cards})
    drag(panel, "processes", "threads")
    assert names(panel) == ["ipython", "threads", "processes", "serial"]
    panel.resize(1600, 200)
    qtbot.waitUntil(lambda: len({card.y() for card in panel.cards}) == 1, timeout=MS)


def test_cards_say_what_their_schemes_do_and_what_failed_last(panel, runs, shared, qtbot):
    panel.set_runs(runs)
    assert panel.card("processes").state.text() == "idle"
    runs.start()
    qtbot.waitUntil(lambda: bool(shared.bridge.requests(p.StartRun)), timeout=MS)
    shared.bridge.answer(p.StartRun, begun("r1", "first"))
    running = [row(f"t{number}", "running", node="first", scheme="processes") for number in range(2)]
    failed = row("t3", "failed", node="first", scheme="threads", ended=1.0, cause="ValueError: no\nmore")
    shared.bridge.news.emit(told("r1", *running, failed, seconds=1.0))
    qtbot.waitUntil(lambda: panel.card("processes").state.text() == "2 running", timeout=MS)
    card = panel.card("threads")
    assert card.error.isVisible()
    assert card.error.toPlainText() == "t3: ValueError: no more"
    panel.set_runs(None)
    assert panel.card("processes").state.text() == "idle"
    assert not card.error.isVisible()


def test_a_card_is_brought_into_sight_with_the_keyboard(panel):
    panel.activateWindow()
    panel.resize(500, 200)
    panel.show_card("serial")
    assert panel.card("serial").hasFocus()
    assert panel.card("serial").visibleRegion().boundingRect().width() > 100
    panel.show_card("")
    assert panel.card("ipython").hasFocus()


def test_all_that_can_be_used_has_a_name(panel):
    for card in panel.cards:
        assert card.accessibleName()
        assert card.accessibleDescription()
    boxes = [panel.card("processes").number.box, panel.card("processes").memory, panel.card("processes").renewal.box]
    assert [box.accessibleName() for box in boxes] == ["Processes", "Memory of each", "Renewed after"]
    assert all(card.switch.accessibleName() for card in panel.cards)


def test_all_that_takes_the_keyboard_has_a_name(panel, shared):
    shared.settings.set("schemes", '{"order": [{"name": "slurm", "settings": {"queue": "long"}}]}')
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in panel.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(panel)
        and not widget.objectName().startswith("qt_")
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
    ]
    assert not nameless


def test_tab_leads_through_all_of_a_card_before_the_next_also_in_another_order(panel):
    for order in (("processes", 0), ("threads", 0), ("ipython", 1)):
        panel.preferences.move(*order)
        led, one = [], panel.cards[0].nextInFocusChain()
        while one is not panel.cards[0]:
            of = [card.name for card in panel.cards if card is one or card.isAncestorOf(one)]
            if of and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None:
                led += [of[0]] if led[-1:] != of[:1] else []
            one = one.nextInFocusChain()
        assert led == [card.name for card in panel.cards]


def test_tab_leads_out_of_the_cards_at_their_end(panel):
    after = QPushButton("after", panel)
    panel.layout().addWidget(after)
    after.show()
    for order in (("processes", 0), ("threads", 0)):
        panel.preferences.move(*order)
        panel.cards[0].setFocus()
        stops = []
        while panel.focusWidget() is not after:
            stops.append(panel.focusWidget())
            panel.focusNextChild()
            assert panel.focusWidget() not in stops, "Tab leads back to where it was"
        assert [one for one in stops if one in panel.cards] == panel.cards
