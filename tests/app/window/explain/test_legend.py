from __future__ import annotations

from PyQt6.QtWidgets import QLabel

from treadle.app.window.explain.legend import LegendDialog, scheme_help, state_help
from treadle.app.window.theme.tokens import SCHEMES, STATES


def test_the_legend_has_every_scheme_and_every_shape_with_a_word_and_a_meaning(theme, qtbot):
    dialog = LegendDialog(theme)
    qtbot.addWidget(dialog)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {scheme_help(name) for name in SCHEMES} <= texts
    shapes = {look.shape for look in STATES.values()}
    meant = {look.shape for state, look in STATES.items() if state_help(state) in texts and state_help(state)}
    assert meant == shapes
    assert {"Framed", "Dashed"} <= texts


def test_every_state_has_a_meaning(qapp):
    assert all(state_help(state) for state in STATES if state != "ready")
