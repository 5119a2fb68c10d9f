"""The card of a scheme that a plug-in adds, and where else the window offers such a scheme."""

from __future__ import annotations

import sys

import pytest
from distributions import install
from windows import FakeBridge

from treadle.app.window.catalogue import Catalogue
from treadle.app.window.scheme_words import plugin_words
from treadle.app.window.shared import Shared
from treadle.app.window.theme.tokens import scheme_look
from treadle.app.window.toolbox.panel import ToolboxPanel
from treadle.core import protocol as p
from treadle.core.protocol import SchemeSettings


@pytest.fixture
def bridge(qapp):
    return FakeBridge()


@pytest.fixture
def panel(bridge, theme, settings, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    text = "raise RuntimeError('imported')"
    install(tmp_path / "site", "nice", text, value="nice:make", group="treadle.schemes", summary="Gives way")
    made = ToolboxPanel(Shared(theme, settings, bridge, Catalogue(bridge)))
    qtbot.addWidget(made)
    made.resize(1600, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_it_is_there_switched_off_before_the_last_resort_and_says_what_it_is(panel, bridge):
    assert [card.name for card in panel.cards] == ["ipython", "processes", "threads", "nice", "serial"]
    card = panel.card("nice")
    assert not card.switch.isChecked()
    assert card.switch.isEnabled()
    assert card.help.text() == plugin_words("nice") == "Gives way · From the plug-in nice 1.0"
    assert scheme_look("nice").letter == "N"
    assert "nice" not in panel.preferences.run_options()["preference"]
    assert not bridge.requests(p.TryScheme)


def test_switched_on_it_is_used_by_runs_with_its_number_and_tried_once(panel, bridge):
    card = panel.card("nice")
    card.switch.click()
    card.number.box.setValue(3)
    told = panel.preferences.run_options()
    assert told["preference"] == ("ipython", "processes", "threads", "nice", "serial")
    assert told["settings"] == {"nice": SchemeSettings(number=3)}
    ((reply, facts),) = bridge.requests(p.TryScheme)
    assert facts == {"name": "nice"}
    reply(p.SchemeTried(why=""))
    assert not card.error.isVisible()


def test_why_it_cannot_be_used_is_on_its_card_until_it_is_switched_off(panel, bridge):
    card = panel.card("nice")
    card.switch.click()
    bridge.requests(p.TryScheme)[0][0](p.SchemeTried(why="importing it failed: RuntimeError: imported"))
    assert card.error.isVisible()
    assert card.error.toPlainText() == "importing it failed: RuntimeError: imported"
    assert card.state.text() == "cannot be used"
    card.switch.click()
    assert not card.error.isVisible()
    card.switch.click()
    assert len(bridge.requests(p.TryScheme)) == 2


def test_a_runner_that_is_started_anew_tries_it_anew(panel, bridge):
    panel.card("nice").switch.click()
    bridge.start()
    assert len(bridge.requests(p.TryScheme)) == 2


def test_one_that_is_no_longer_installed_is_kept_as_it_is(panel, monkeypatch):
    panel.card("nice").switch.click()
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not entry.endswith("site")])
    (kept,) = [choice for choice in panel.preferences.order if choice.name == "nice"]
    assert not kept.known
    assert kept.enabled
    assert "nice" not in panel.preferences.run_options()["preference"]
