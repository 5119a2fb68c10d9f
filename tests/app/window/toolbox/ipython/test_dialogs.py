from __future__ import annotations

from fake_clusters import LAB, USUAL, cluster, engine, refused
from PyQt6.QtWidgets import QApplication

from treadle.app.window.dialogs.question import Question
from treadle.core import protocol as p


def question():
    (found,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, Question) and one.isVisible()]
    return found


def test_restart_asks_first_and_spares_engines_of_others(toolbox):
    one = toolbox()
    asked = one.dialogs.restart_engines()
    assert asked.accessibleName() == "Restart 2 engines of default?"
    assert "Engines of others stay as they are: 1 engine on node7." in asked.accessibleDescription()
    asked.buttons[""].click()
    assert one.bridge.of(p.ActOnEngines) == []
    one.dialogs.restart_engines().buttons["restart"].click()
    (done,) = one.bridge.of(p.ActOnEngines)
    assert (done["deed"], done["engines"]) == ("restart", (0, 1))


def test_a_restart_is_followed_on_the_card_and_can_be_given_up_there(toolbox):
    one = toolbox()
    one.bridge.slow = {p.ActOnEngines}
    one.dialogs.restart_engines().buttons["restart"].click()
    one.bridge.doing(p.ActOnEngines, "1 of 2 engines", 0.5)
    assert one.card.strip.text.text() == "1 of 2 engines"
    assert not one.card.strip.isHidden()
    one.card.strip.cancel.click()
    assert len(one.bridge.of(p.CancelRequest)) == 1
    assert one.card.strip.isHidden()


def test_engines_of_others_alone_cannot_be_restarted(toolbox):
    one = toolbox(cluster(USUAL, engine(0, ours=False)))
    asked = one.dialogs.restart_engines()
    assert list(asked.buttons) == [""]
    asked.close()


def test_what_is_about_another_cluster_is_opened_anew(toolbox):
    one = toolbox(cluster(), cluster(LAB))
    first = one.dialogs.clean_up()
    one.bridge.chosen = "lab"
    one.clusters.refresh()
    second = one.dialogs.clean_up()
    assert (first.isVisible(), second.about_one) == (False, LAB)


def test_what_is_asked_for_before_anything_is_known_is_done_once_it_is(qapp, toolbox):
    one = toolbox()
    one.clusters.state = "unknown"
    one.bridge.slow = {p.AskClusters}
    one.dialogs.when_ready(one.dialogs.start_engines)
    assert not one.dialogs.open
    one.bridge.slow.clear()
    one.bridge.answer(p.AskClusters)
    assert list(one.dialogs.open) == ["start"]


def test_what_cannot_be_known_is_said_instead(toolbox):
    one = toolbox()
    one.clusters.state = "unknown"
    one.bridge.wrong[p.AskClusters] = refused("the runner is busy")
    one.dialogs.when_ready(one.dialogs.start_engines)
    assert not one.dialogs.open
    asked = question()
    assert asked.accessibleDescription() == "The runner is busy."
    asked.close()
