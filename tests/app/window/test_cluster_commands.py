"""Clusters from the menu and from the search for commands of a whole window."""

from __future__ import annotations

import pytest
from fake_clusters import ClusterBridge, cluster
from PyQt6.QtWidgets import QApplication
from shells import adding, end, program
from toolboxes import close_dialogs
from windows import begun, row, told

from treadle.app.window.commands.table import COMMANDS
from treadle.app.window.dialogs.question import Question
from treadle.core import protocol as p

OF_CLUSTERS = [command.id for command in COMMANDS if command.group == "Cluster"]
DIALOGS = {name.removeprefix("cluster.") for name in OF_CLUSTERS} - {"restart"}


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path, bridge=ClusterBridge(cluster()))
    made.window.show()
    yield made
    close_dialogs(made.window.rooms.parallel.dialogs)
    end(made)


@pytest.mark.parametrize("name", sorted(DIALOGS))
def test_each_command_opens_its_dialog_also_before_anything_is_known(whole, name):
    whole.window.commands.run(f"cluster.{name}")
    assert list(whole.window.rooms.parallel.dialogs.open) == [name]


def test_before_anything_is_known_a_command_waits_for_it(whole):
    dialogs = whole.window.rooms.parallel.dialogs
    whole.bridge.slow = {p.AskClusters}
    whole.window.commands.run("cluster.start")
    assert not dialogs.open
    whole.bridge.slow = set()
    whole.bridge.answer(p.AskClusters)
    assert list(dialogs.open) == ["start"]


def test_restart_brings_the_card_forward_and_shows_the_engines_first(whole):
    whole.documents.new()
    whole.window.commands.run("cluster.restart")
    QApplication.processEvents()
    panel = whole.window.rooms.parallel
    assert panel.isVisible()
    assert list(panel.dialogs.open) == ["information"]
    whole.window.commands.run("cluster.restart")
    (asked,) = [one for one in whole.window.findChildren(Question) if one.isVisible()]
    assert asked.accessibleName() == "Restart 2 engines of default?"
    asked.close()


def test_an_interrupted_engine_has_its_task_cancelled_in_the_run_that_it_works_for(whole):
    documents = [whole.documents.new(adding(title)) for title in ("one", "two")]
    for at, document in enumerate(documents):
        runs = whole.window.pages[document].runs
        runs._started(document.pipeline, None, begun(f"r{at}", "first", "second"))
        news = told(f"r{at}", row("first", "running", scheme="ipython", worker=f"engine {at}"))
        whole.bridge.news.emit(news)
    whole.window.rooms.parallel.dialogs.cancel({1: "first"})
    assert whole.bridge.of(p.CancelRun) == [{"run": "r1", "nodes": (), "tasks": ("first",)}]


def test_the_panel_looks_at_clusters_only_while_it_is_in_front(whole):
    whole.documents.new()
    QApplication.processEvents()
    whole.window.docks.show("tasks")
    assert not whole.bridge.of(p.WatchCluster)
    whole.window.docks.show("parallel")
    QApplication.processEvents()
    assert [facts["seconds"] for facts in whole.bridge.of(p.WatchCluster)] == [2.0]
    whole.window.docks.show("tasks")
    QApplication.processEvents()
    assert [facts["seconds"] for facts in whole.bridge.of(p.WatchCluster)] == [2.0, 0.0]
