"""Where a person asks for reasons in a whole window: badge, tooltip, menus, commands, inspector."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu
from reasons import told, two
from shells import end, program

from treadle.app.window.canvas.status_painting import badge_box
from treadle.app.window.canvas.tips import tip_at
from treadle.app.window.canvas_commands import show_menu
from treadle.app.window.explain.legend import LegendDialog
from treadle.app.window.runs.runs import Runs
from treadle.core.edits import group_nodes

MS = 10_000


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.documents.new(two())
    made.window.show()
    made.bridge.tell("idle")
    made.window.page.canvas.do.fit()
    yield made
    end(made)


@pytest.fixture
def page(whole, qtbot):
    page = whole.window.page
    assert isinstance(page.runs, Runs)
    page.runs.checking._set_schemes((told("first"), told("second", "threads", "threads: the first in your order")))
    qtbot.waitUntil(lambda: page.runs.look("first").foreseen == "processes", timeout=MS)
    qtbot.waitUntil(lambda: "first" in page.canvas.picture.looks, timeout=MS)
    return page


@pytest.fixture
def explaining(whole, page):
    return whole.window.running[page.document].explaining


def on_badge(page, node):
    """Return the middle of a badge, in the view."""
    canvas = page.canvas
    box = canvas.card_box(node)
    middle = badge_box(box.width()).center()
    return QPointF(*canvas.camera.to_view(box.left() + middle.x(), box.top() + middle.y()))


def test_a_click_on_a_badge_opens_the_reasons_and_starts_no_move(whole, page, explaining):
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=on_badge(page, "first").toPoint())
    assert explaining.dialog.view.path == "first"
    assert explaining.dialog.isVisible()
    assert not page.document.undo_label


def test_the_tooltip_of_a_badge_lists_all_schemes_and_elsewhere_the_node_is_told(page):
    at = page.canvas.pointing.pointer(on_badge(page, "first"))
    assert "no cluster runs" in tip_at(page.canvas, at)
    beside = page.canvas.pointing.pointer(on_badge(page, "first") + QPointF(-40, 0))
    assert "no cluster runs" not in tip_at(page.canvas, beside)
    assert "Would run on: Processes" in tip_at(page.canvas, beside)


def test_the_command_shows_the_reasons_for_what_is_selected(whole, page, explaining):
    assert not whole.window.commands.is_enabled("run.why")
    page.canvas.selection = {"second"}
    whole.window.commands.run("run.why")
    assert explaining.dialog.view.path == "second"
    first = explaining.dialog
    page.canvas.selection = {"first"}
    whole.window.commands.run("run.why")
    assert explaining.dialog is first
    assert first.view.path == "first"
    first.close()
    assert explaining.dialog is None


def test_the_inspector_leads_to_the_reasons_and_tells_what_is_foreseen(whole, page, explaining, qtbot):
    page.canvas.selection = {"second"}
    inspector = whole.window.rooms.inspector
    inspector.sections["scheme"].open(yes=True)
    qtbot.waitUntil(lambda: "The next run would have it on Threads" in inspector.scheme.why.text(), timeout=MS)
    inspector.scheme.more.click()
    assert explaining.dialog.view.path == "second"


def submenu(menu):
    return next(action.menu() for action in menu.actions() if action.menu() is not None)


def test_the_menu_of_a_node_has_run_on_and_why(whole, page):
    page.canvas.selection = {"first", "second"}
    show_menu(whole.window, "first", QPoint(10, 10))
    menu = next(one for one in whole.window.findChildren(QMenu) if one.accessibleName() == "What can be done here")
    names = {action.objectName(): action for action in submenu(menu).actions()}
    assert not names["threads"].isEnabled()
    names["serial"].trigger()
    assert {node.scheme for node in page.document.pipeline.nodes.values()} == {"serial"}
    menu.close()


def test_the_menu_bar_has_run_on_for_what_is_selected(whole, page):
    menu = whole.window.menus.run_on
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Select a node first"]
    page.canvas.selection = {"second"}
    menu.aboutToShow.emit()
    assert next(action for action in menu.actions() if action.objectName() == "auto").isChecked()


def test_the_view_offers_the_schemes_of_the_node_that_it_shows(page, explaining):
    explaining.explain("second")
    menu = explaining.dialog.menu
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.objectName() == "threads").trigger()
    assert page.document.pipeline.nodes["second"].scheme == "threads"
    assert page.document.pipeline.nodes["first"].scheme == "auto"


def test_a_group_shows_and_sets_what_holds_of_all_its_nodes(page, explaining, qtbot):
    page.document.edit(group_nodes(page.document.pipeline, ["first", "second"], "both"), "group")
    page.runs.checking._set_schemes((told("both/first"), told("both/second", "threads")))
    explaining.explain("both")
    view = explaining.dialog.view
    qtbot.waitUntil(lambda: view.schemes.isVisible(), timeout=MS)
    assert view.next.text() == "The next run would have its nodes on different schemes."
    page.canvas.selection = {"both"}
    menu = QMenu()
    qtbot.addWidget(menu)
    explaining.fill(menu)
    actions = {action.objectName(): action for action in menu.actions()}
    assert actions["threads"].text() == "Threads — both/first: not supported by this module"
    actions["processes"].trigger()
    inside = page.document.pipeline.nodes["both"].group.nodes
    assert {node.scheme for node in inside.values()} == {"processes"}


def test_the_legend_is_in_the_menu_view(whole, page):
    whole.window.commands.run("view.legend")
    (dialog,) = whole.window.findChildren(LegendDialog)
    assert dialog.isVisible()
    dialog.close()


def test_the_view_goes_with_its_document(whole, page, explaining, qtbot):
    explaining.explain("first")
    dialog = explaining.dialog
    with qtbot.waitSignal(dialog.destroyed, timeout=MS):
        whole.documents.close(page.document)
