"""What tests of the inspector look at and do."""

from __future__ import annotations

SOURCE = "def scale(x: float, factor: float = 2.0) -> float:\n    return x * factor\n"


def row(panel, name):
    return panel.parameters.rows[name]


def sees(panel, name, part):
    """Whether a part of a row is shown, also before the row is laid out."""
    return getattr(row(panel, name), part).isVisibleTo(row(panel, name))


def node(document, name):
    return document.pipeline.nodes[name]


def settle(qapp):
    qapp.processEvents()


def actions(panel, name):
    menu = panel.parameters.menu_for(row(panel, name))
    return {action.text(): action for action in menu.actions() if action.text()}
