from __future__ import annotations

import pytest
from fake_clusters import LAB, USUAL, ClusterBridge, cluster, engine, refused
from msgspec.structs import replace
from PyQt6.QtCore import QObject

from treadle.app.window.toolbox.clusters import Clusters
from treadle.core import protocol as p

NIGHT = p.ClusterName("default", "night")
OF_A_SCRIPT = p.ClusterName("default", "treadle-12ab34cd")


@pytest.fixture
def bridge(qapp):
    return ClusterBridge(cluster())


@pytest.fixture
def clusters(bridge):
    return Clusters(bridge)


@pytest.fixture
def viewer(qapp):
    return QObject()


def test_nothing_is_asked_until_somebody_looks(clusters, bridge):
    assert (clusters.state, bridge.asked) == ("unknown", [])


def test_a_cluster_is_watched_only_while_somebody_looks(clusters, bridge, viewer, qapp):
    other = QObject()
    clusters.watch(viewer)
    clusters.watch(other)
    clusters.watch(other)
    assert [facts["seconds"] for facts in bridge.of(p.WatchCluster)] == [2.0]
    clusters.unwatch(other)
    assert bridge.watched[USUAL] == 2.0
    clusters.unwatch(viewer)
    assert bridge.watched[USUAL] == 0


def test_what_is_seen_of_engines_stays_when_a_list_without_them_comes(clusters, bridge, viewer):
    clusters.watch(viewer)
    bridge.become(cluster(USUAL, engine(0), engine(1, state="busy")))
    clusters.refresh()
    assert [one.state for one in clusters.row().engines] == ["idle", "busy"]
    assert clusters.looked()


def test_news_of_a_cluster_reach_who_listens(clusters, bridge, viewer):
    told = []
    clusters.news.connect(told.append)
    clusters.watch(viewer)
    row = cluster(USUAL, engine(0))
    bridge.become(row)
    assert told[-1] == row
    assert clusters.row() == row


def test_the_usual_cluster_is_in_front_then_one_with_a_name_and_never_one_of_a_script(clusters, bridge, viewer):
    clusters.watch(viewer)
    bridge.clusters = {one.name: one for one in (cluster(NIGHT), cluster(OF_A_SCRIPT, held=False), cluster(LAB))}
    clusters.refresh()
    assert clusters.current == NIGHT
    assert bridge.watched == {USUAL: 0, NIGHT: 2.0}
    bridge.clusters[USUAL] = cluster()
    clusters.refresh()
    assert clusters.current == USUAL
    clusters.pick(NIGHT)
    assert clusters.current == NIGHT
    del bridge.clusters[USUAL], bridge.clusters[NIGHT]
    clusters.refresh()
    assert clusters.current == USUAL
    assert clusters.here is None


def test_progress_reaches_the_operation_it_belongs_to(clusters, bridge):
    bridge.slow = {p.StartCluster, p.AddEngines}
    first, second = clusters.start(LAB, 2), clusters.add_engines(USUAL, 1)
    bridge.doing(p.AddEngines, "0 of 1 engines", 0.0)
    assert (first.text, second.text) == ("Starting cluster lab", "0 of 1 engines")
    bridge.answer(p.StartCluster)
    assert (first.going, second.going, clusters.going) == (False, True, [second])


def test_an_operation_that_is_given_up_is_cancelled_in_the_runner(clusters, bridge):
    bridge.slow = {p.StartCluster}
    operation = clusters.start(LAB, 2)
    (number,) = bridge.waiting
    operation.cancel()
    assert bridge.of(p.CancelRequest) == [{"asked": number}]
    assert operation.given_up
    assert clusters.going == []


def test_each_operation_has_a_deadline_in_the_runner(clusters, bridge):
    clusters.refresh()
    clusters.start(LAB, 1, deadline=20.0)
    clusters.add_engines(USUAL, 1)
    clusters.act(USUAL, "interrupt", (0,))
    clusters.execute(USUAL, "1", (0,))
    clusters.set_variables(USUAL, {"A": "1"})
    clusters.let_go(LAB, "stop")
    clusters.shut_down(USUAL)
    asked = {kind.__name__: facts.get("deadline") for kind, facts in bridge.asked}
    assert asked == {
        "AskClusters": None, "StartCluster": 20.0, "AddEngines": 60.0, "ActOnEngines": 30.0, "ExecuteOn": 60.0,
        "SetVariables": 30.0, "LetGo": 10.0, "ShutDownCluster": 10.0,
    }  # fmt: skip


def test_what_was_done_is_seen_before_it_is_told(clusters, bridge):
    clusters.refresh()
    seen = []
    operation = clusters.start(LAB, 2)
    operation.finished.connect(seen.append)
    assert clusters.row(LAB).held
    assert LAB in {row.name for row in clusters.found}


def test_without_a_runner_that_is_said_and_with_a_new_one_all_is_asked_anew(clusters, bridge, viewer):
    clusters.watch(viewer)
    bridge.tell("gone", "it was ended")
    assert (clusters.state, clusters.problem.message, clusters.row()) == ("failed", "it was ended", None)
    bridge.watched.clear()
    bridge.tell("idle")
    assert (clusters.state, clusters.here is None) == ("ready", False)
    assert bridge.watched == {USUAL: 2.0}


def test_a_list_that_is_refused_says_why(clusters, bridge):
    bridge.wrong[p.AskClusters] = refused("the disk is full")
    clusters.refresh()
    assert (clusters.state, clusters.problem.message) == ("failed", "the disk is full")


def test_refreshing_while_it_is_asked_asks_once_more_afterwards(clusters, bridge):
    bridge.slow = {p.AskClusters}
    for _ in range(3):
        clusters.refresh()
    assert len(bridge.of(p.AskClusters)) == 1
    bridge.answer(p.AskClusters)
    assert len(bridge.of(p.AskClusters)) == 2


def test_a_cluster_that_is_gone_is_not_watched_any_more(clusters, bridge, viewer):
    clusters.watch(viewer)
    bridge.become(replace(cluster(), answers=False, why_not="its controller has ended"))
    assert clusters.here is None
    assert bridge.watched[USUAL] == 0


def test_the_chosen_profile_is_listed_also_before_it_has_a_folder(clusters, bridge):
    bridge.profiles, bridge.chosen = ["lab"], "default"
    clusters.refresh()
    assert [profile.name for profile in clusters.all_profiles] == ["default", "lab"]


def test_leftovers_are_taken(clusters, bridge):
    left = p.Leftover(record="r1", name=USUAL, processes=(1, 2), engines=1, began=0.0, usable=True)
    bridge.leftovers = (left,)
    clusters.refresh()
    assert clusters.leftovers == (left,)
    clusters.take_leftover("r1", "stop")
    assert bridge.of(p.TakeLeftover) == [{"record": "r1", "what": "stop"}]
    assert clusters.leftovers == ()


def test_before_there_is_a_runner_it_is_waited_for(clusters, bridge, viewer):
    bridge.state = "gone"
    clusters.watch(viewer)
    assert (clusters.state, bridge.asked) == ("loading", [])
    bridge.tell("idle")
    assert clusters.state == "ready"


def test_a_runner_that_cannot_be_started_is_told(clusters, bridge, viewer):
    bridge.state = "gone"
    clusters.watch(viewer)
    bridge.tell("gone", "the runner cannot be started: no room")
    assert (clusters.state, clusters.problem.message) == ("failed", "the runner cannot be started: no room")
    clusters.refresh()
    assert clusters.state == "failed"


def test_news_that_a_cluster_has_ended_never_bring_it_back(clusters, bridge, viewer):
    clusters.watch(viewer)
    del bridge.clusters[USUAL]
    bridge.news.emit(p.ClusterNews(cluster=replace(cluster(), answers=False, why_not="it does not run")))
    assert clusters.row() is None
    bridge.news.emit(p.ClusterNews(cluster=replace(cluster(), answers=False, why_not="it does not run")))
    assert (clusters.row(), clusters.found) == (None, ())
