from __future__ import annotations

import pytest
from fake_clusters import USUAL, cluster, engine, refused

from treadle.app.window.toolbox.ipython import words
from treadle.core import protocol as p

MIXED = (engine(0), engine(1, state="busy"), engine(2, ours=False, host="node7"), engine(3, host=None, pid=None))


def test_a_cluster_is_told_in_short():
    assert words.in_short(None) == "No cluster runs in this profile."
    assert words.in_short(cluster()) == "2 engines · ends with Treadle"
    assert words.in_short(cluster(busy=True), looked=False) == "ends with Treadle · used by a run"
    gone = cluster(answers=False, why_not="its controller has ended")
    assert words.in_short(gone) == "No answer: its controller has ended"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"left_running": True}, "left running"),
        ({"held": True}, "ends with Treadle"),
        ({"held": True, "ours": False}, "somebody else’s, with engines of ours"),
        ({"held": False}, "started by another Treadle"),
        ({"held": False, "ours": False}, "somebody else’s"),
    ],
)
def test_whose_a_cluster_is_is_told(facts, said):
    assert words.owner_of(cluster(**facts)) == said


def test_engines_are_counted_with_what_is_unusual():
    assert words.counted(MIXED) == "4 engines, 1 busy"
    assert words.counted([engine(0)]) == "1 engine"
    assert words.counted([]) == "no engines"


def test_a_host_that_is_not_known_comes_last():
    assert list(words.by_host(MIXED)) == ["node7", "vm", "?"]
    assert words.on_hosts(MIXED) == "1 engine on node7, 2 engines on vm, 1 engine on host not known yet"


def test_what_a_shutdown_takes_along_is_named_with_its_hosts():
    assert words.what_would_end(cluster(USUAL, *MIXED[:3], ours=False)) == [
        "The controller (started by somebody else, vm)",
        "Engines that Treadle started: 2 engines on vm",
        "Engines of others: 1 engine on node7",
    ]


def test_what_is_ours_is_named_with_its_processes():
    assert words.what_is_ours(cluster(USUAL, *MIXED[:3])) == [
        "The controller (process 31354)",
        "2 engines on vm (processes 31450, 31451)",
    ]
    assert words.what_is_ours(cluster(USUAL, MIXED[0], MIXED[2], ours=False)) == ["1 engine on vm (process 31450)"]
    assert words.foreign(cluster(USUAL, *MIXED[:3])) == "1 engine on node7"


def test_what_lives_on_is_named():
    rows = (p.Living(role="controller", pid=12), p.Living(role="engine", pid=34, host="node7", number=3))
    assert words.living(rows) == "controller, process 12\nengine 3, process 34 on node7"


def test_an_error_has_its_place_and_what_to_do():
    error = refused("it runs already", where="cluster lab", remedy="Use it")
    assert words.trouble(error) == "cluster lab: it runs already\nUse it."
    assert words.trouble(refused("no")) == "no"
