from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QMenu
from reasons import NO, two

from treadle.app.window.document import Document
from treadle.app.window.explain.run_on_menu import RunOnMenu
from treadle.app.window.toolbox.preferences import Preferences


@pytest.fixture
def document(qapp):
    return Document(two())


@pytest.fixture
def filled(document, settings, theme, qtbot):
    menus = []

    def fill(*ids):
        menu = QMenu()
        menus.append(menu)
        qtbot.addWidget(menu)
        RunOnMenu(document, settings, theme).fill(menu, (), ids)
        return {action.objectName(): action for action in menu.actions() if not action.isSeparator()}

    return fill


def test_the_menu_has_automatic_and_the_schemes_in_the_order_of_the_person(filled, settings):
    assert list(filled("first")) == ["auto", "ipython", "processes", "threads", "serial"]
    Preferences(settings).move("threads", 0)
    assert list(filled("first"))[:2] == ["auto", "threads"]


def test_what_a_node_cannot_run_on_is_grey_and_says_why(filled):
    actions = filled("first")
    assert not actions["threads"].isEnabled()
    assert actions["threads"].text() == f"Threads — {NO}"
    assert actions["threads"].toolTip() == NO
    assert actions["processes"].isEnabled()
    assert filled("second")["threads"].isEnabled()


def test_of_several_nodes_only_what_all_can_run_on_can_be_chosen(filled):
    assert filled("first", "second")["threads"].text() == f"Threads — first: {NO}"


def test_a_scheme_for_several_nodes_is_one_step(filled, document):
    filled("first", "second")["processes"].trigger()
    assert {node.scheme for node in document.pipeline.nodes.values()} == {"processes"}
    assert filled("first", "second")["processes"].isChecked()
    assert document.undo_label == "run on Processes"
    document.undo()
    assert {node.scheme for node in document.pipeline.nodes.values()} == {"auto"}
    assert not document.undo_label


def test_what_is_chosen_already_makes_no_step(filled, document):
    filled("first")["auto"].trigger()
    assert not document.undo_label


def test_nothing_is_checked_where_nodes_ask_for_different_schemes(filled):
    filled("second")["threads"].trigger()
    assert not any(action.isChecked() for action in filled("first", "second").values())


def test_a_scheme_that_is_switched_off_can_be_chosen_and_says_so(filled, settings):
    Preferences(settings).enable("processes", on=False)
    action = filled("first")["processes"]
    assert action.isEnabled()
    assert "switched off" in action.text()


def test_without_a_selection_the_menu_says_what_to_do(filled):
    (action,) = filled().values()
    assert action.text() == "Select a node first"
    assert not action.isEnabled()
