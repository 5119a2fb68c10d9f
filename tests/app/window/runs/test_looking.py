from __future__ import annotations

import pytest

from treadle.app.window.looks import NO_LOOK, NodeLook
from treadle.app.window.runs.looking import anything_changed, look_of, merged, state_of
from treadle.app.window.runs.record import NodeStory
from treadle.app.window.theme.tokens import STATES
from treadle.core.protocol import NodeFresh

NONE = ("", 0)


def story(axes=(), **counts):
    made = NodeStory(axes)
    made.counts = counts
    return made


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, ""),
        ({"waiting": 2}, "waiting"),
        ({"succeeded": 2, "running": 1}, "running"),
        ({"succeeded": 2, "waiting": 1}, "waiting"),
        ({"failed": 1, "running": 1}, "running"),
        ({"failed": 1, "succeeded": 7}, "failed"),
        ({"cached": 3}, "cached"),
        ({"cached": 3, "succeeded": 1}, "succeeded"),
        ({"skipped": 3}, "skipped"),
        ({"skipped": 1, "succeeded": 1}, "succeeded"),
        ({"lost contact": 1, "succeeded": 3}, "lost contact"),
        ({"cancelled": 1, "succeeded": 3}, "cancelled"),
        ({"running": 0, "succeeded": 3}, "succeeded"),
    ],
)
def test_the_state_of_a_node_follows_from_its_tasks(counts, state):
    assert state_of(counts) == state


def test_before_a_run_freshness_is_shown_with_its_reason():
    look = look_of(None, NodeFresh(node="a", state="stale", reason="`sigma` changed"), NONE, edited=False)
    assert (look.state, look.reason) == ("stale", "`sigma` changed")


def test_a_node_of_which_nothing_is_known_has_no_look():
    assert look_of(None, None, NONE, edited=False) == NO_LOOK


def test_after_a_run_its_state_is_shown():
    look = look_of(story(succeeded=3), NodeFresh(node="a", state="fresh"), NONE, edited=False)
    assert (look.state, look.counts, look.total) == ("succeeded", {"succeeded": 3}, 3)


def test_an_edited_node_is_stale_also_while_it_runs():
    look = look_of(story(running=1), NodeFresh(node="a", state="never run"), NONE, edited=True)
    assert look.state == "stale"
    assert look.going


def test_once_its_freshness_is_told_an_edited_node_shows_that():
    assert look_of(story(succeeded=1), NodeFresh(node="a", state="fresh"), NONE, edited=True).state == "fresh"


def test_a_file_that_changed_after_the_run_makes_a_node_stale():
    look = look_of(
        story(succeeded=1), NodeFresh(node="a", state="stale", reason="input file changed"), NONE, edited=False
    )
    assert look.state == "stale"


def test_what_reads_a_node_that_failed_is_what_the_run_made_of_it():
    fresh = NodeFresh(node="b", state="stale", reason="upstream stale")
    failed = NodeFresh(node="a", state="stale", reason="no result is kept", stale=1)
    assert not anything_changed([fresh, failed])
    assert look_of(story(succeeded=1), fresh, NONE, edited=False, changed=False).state == "succeeded"


def test_what_reads_a_node_that_changed_is_stale():
    fresh = NodeFresh(node="b", state="stale", reason="upstream stale")
    assert anything_changed([fresh, NodeFresh(node="a", state="stale", reason="input file changed")])
    assert look_of(story(succeeded=1), fresh, NONE, edited=False, changed=True).state == "stale"


def test_a_result_that_is_not_worth_keeping_makes_no_node_stale():
    look = look_of(
        story(succeeded=1), NodeFresh(node="a", state="stale", reason="no result is kept"), NONE, edited=False
    )
    assert look.state == "succeeded"


def test_the_number_of_tasks_of_a_mapped_node_is_unknown_until_they_are_made():
    assert look_of(story(("image",)), None, NONE, edited=False).total == -1
    assert look_of(story(("image",), waiting=4), None, NONE, edited=False).total == 4


def test_problems_are_counted_with_the_worst():
    look = look_of(None, None, ("error", 2), edited=False)
    assert (look.severity, look.problems) == ("error", 2)


def test_a_group_looks_as_its_nodes_do_together():
    one = NodeLook(
        state="succeeded", counts={"succeeded": 2}, total=2, scheme="threads", severity="warning", problems=1
    )
    other = NodeLook(state="failed", counts={"failed": 1, "succeeded": 1}, total=2, scheme="threads")
    look = merged([one, other])
    assert (look.state, look.total, look.scheme, look.severity) == ("failed", 4, "threads", "warning")
    assert look.counts == {"succeeded": 3, "failed": 1}
    assert merged([one, NodeLook(state="running", counts={"running": 1})]).state == "running"
    assert merged([]) == NO_LOOK


def test_every_state_that_is_told_can_be_shown():
    for state in ("waiting", "running", "failed", "lost contact", "stale"):
        assert state in STATES
        assert merged([NodeLook(state=state), NodeLook(state="fresh")]).state in STATES
