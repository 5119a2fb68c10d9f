"""The tree of nodes lays out its many rows when they are seen, and once when the style is another."""

from __future__ import annotations

import pytest
from panels import LOAD, MODULES, filled_catalogue
from PyQt6.QtWidgets import QStackedWidget

from treadle.app.window.document import Document
from treadle.app.window.outline.nodes import NodesModel
from treadle.app.window.outline.panel import OutlinePanel
from treadle.app.window.theme.theme import Theme
from treadle.core.edits import Change
from treadle.core.pipeline import Node, Pipeline

ROWS = 500


@pytest.fixture
def asked(monkeypatch):
    """Return a list that grows with each row of which the tree asks whether it has rows of its own."""
    times = []
    found = NodesModel.hasChildren

    def counted(self, *parent):
        times.append(parent)
        return found(self, *parent)

    monkeypatch.setattr(NodesModel, "hasChildren", counted)
    return times


@pytest.fixture
def theme(qapp):
    made = Theme("light")
    made.dress(qapp)
    yield made
    qapp.setStyleSheet("")


@pytest.fixture
def panel(qtbot, tmp_path, theme):
    pipeline = Pipeline("demo")
    pipeline.modules = {module.path: module.without_help() for module in MODULES}
    pipeline.nodes = {f"n{number}": Node(module=LOAD.path) for number in range(ROWS)}
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    made = OutlinePanel(Document(pipeline), theme, filled_catalogue(tmp_path / "c.json"))
    stack.addWidget(made)
    stack.resize(600, 800)
    stack.show()
    made.stack = stack
    qtbot.waitUntil(lambda: made.tree.visualRect(made.nodes.index(3, 0)).isValid())
    return made


def settle(qapp):
    for _ in range(5):
        qapp.processEvents()


def test_another_theme_lays_the_rows_out_once(panel, theme, asked, qapp):
    settle(qapp)
    asked.clear()
    theme.choose("dark")
    settle(qapp)
    assert ROWS <= len(asked) < 2 * ROWS
    assert panel.tree.visualRect(panel.nodes.index(3, 0)).isValid()


def test_rows_that_nobody_sees_are_laid_out_when_they_are_seen(panel, theme, asked, qapp):
    panel.hide()
    settle(qapp)
    asked.clear()
    theme.choose("dark")
    panel._document.edit(Change("nodes", {"new": Node(module=LOAD.path)}), "add")
    panel.show_selection((), ("new",))
    settle(qapp)
    assert len(asked) < 20
    panel.show()
    settle(qapp)
    assert panel.tree.visualRect(panel.nodes.index_of((), "new")).isValid()
    assert panel.ids == ("new",)


def test_all_rows_are_selected_as_one_range_and_told_in_their_order(panel, asked):
    names = tuple(panel._document.pipeline.nodes)
    panel.show_selection((), sorted(names, reverse=True))
    assert len(panel._picked.selection()) == 1
    assert panel.ids == names
    panel.show_selection((), ("n3", "n4", "n7"))
    assert len(panel._picked.selection()) == 2
    assert panel.ids == ("n3", "n4", "n7")
