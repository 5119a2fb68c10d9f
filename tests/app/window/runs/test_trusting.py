"""The code of a document is shown before it is trusted, and that it is not trusted is said."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from treadle.app.window.runs.restricted_bar import RestrictedBar
from treadle.app.window.runs.trust_prompt import TrustPrompt, code_of
from treadle.core import protocol as p

MS = 10_000


def test_the_code_of_a_file_is_shown_before_it_is_trusted(theme, runs, qtbot):
    state = p.TrustState(trusted=False, code=(p.CodePlace(place="second", what="operator:mul"),))
    prompt = TrustPrompt(state, runs.document.pipeline, theme)
    qtbot.addWidget(prompt)
    prompt.show()
    assert "operator:mul" in prompt.source.toPlainText()
    assert "b = 10" in prompt.source.toPlainText()
    assert prompt.cancel.isDefault()
    qtbot.keyClick(prompt, Qt.Key.Key_Return)
    assert prompt.result() == TrustPrompt.DialogCode.Rejected


def test_a_place_that_is_not_there_any_more_has_no_code(runs):
    assert code_of(runs.document.pipeline, p.CodePlace(place="gone/node", what="x")) == ""
    assert code_of(runs.document.pipeline, p.CodePlace(place="gone.port", what="x")) == ""


def test_a_restricted_document_says_so_until_it_is_trusted(theme, bridge, make, qtbot):
    bridge.trusted, bridge.code = False, (p.CodePlace(place="first", what="operator:add"),)
    runs = make()
    bar = RestrictedBar(runs, theme)
    qtbot.addWidget(bar)
    qtbot.waitUntil(lambda: bar.isVisibleTo(None), timeout=MS)
    runs.trusting.give(lambda _error: None)
    qtbot.waitUntil(lambda: bool(bridge.requests(p.GiveTrust)), timeout=MS)
    bridge.answer(p.GiveTrust, p.Done())
    assert not bar.isVisibleTo(None)


@pytest.mark.parametrize(
    ("number", "told"), [(1, "one place in this pipeline holds"), (3, "3 places in this pipeline hold")]
)
def test_the_bar_counts_the_places_that_hold_code(theme, bridge, make, qtbot, number, told):
    bridge.trusted, bridge.code = False, tuple(p.CodePlace(place=f"n{at}", what="m:f") for at in range(number))
    bar = RestrictedBar(make(), theme)
    qtbot.addWidget(bar)
    qtbot.waitUntil(lambda: told in bar.words.text(), timeout=MS)
