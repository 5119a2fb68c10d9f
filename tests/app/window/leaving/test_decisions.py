"""What is alive, as lines, and what becomes of it by habit and by choice: no window, no process."""

from __future__ import annotations

import pytest
from alive_things import HOST, LAB, MINE, alive, cluster, engine, run

from treadle.app.window.leaving.alive import lines_of
from treadle.app.window.leaving.decisions import Decisions, Habits, by_habit, must_ask, remembered
from treadle.core import protocol as p

# Lines


def test_with_nothing_alive_there_are_no_lines():
    assert not lines_of(p.Alive())


def test_engines_are_grouped_by_host_and_by_whose_they_are():
    rows = (engine(0, 11), engine(1, 12, state="busy"), engine(2, 13, host="far"), engine(3, 14, ours=False))
    (line,) = lines_of(alive(clusters=[cluster(MINE, *rows)])).clusters
    assert [(one.host, one.engines, one.busy, one.processes) for one in line.own] == [
        ("far", 1, 0, (13,)),
        (HOST, 2, 1, (11, 12)),
    ]
    assert [(one.host, one.processes) for one in line.foreign] == [(HOST, (14,))]
    assert (line.engines, line.endangered) == (3, 1)


def test_engines_of_others_are_not_endangered_where_the_controller_is_not_ours():
    rows = (engine(0, 11), engine(1, 12, ours=False))
    (line,) = lines_of(alive(clusters=[cluster(LAB, *rows, ours=False)])).clusters
    assert (line.engines, line.endangered, line.controller) == (1, 0, 0)


def test_an_engine_of_which_nothing_is_known_is_counted():
    (line,) = lines_of(alive(clusters=[cluster(MINE, engine(None, None, host=None))])).clusters
    assert [(one.host, one.engines, one.processes) for one in line.own] == [("", 1, ())]


def test_a_cluster_knows_the_runs_that_use_it():
    lines = lines_of(alive(runs=[run("a", MINE), run("b")], clusters=[cluster(MINE), cluster(LAB)]))
    assert [(str(one.name), one.used_by) for one in lines.clusters] == [("lab", ()), ("mine", ("a",))]


def test_the_run_that_was_begun_first_comes_first():
    lines = lines_of(alive(runs=[run("young", seconds=1.0), run("old", seconds=9.0)]))
    assert [one.run for one in lines.runs] == ["old", "young"]


# Habits


def test_by_default_all_is_stopped_and_the_person_is_asked():
    lines = lines_of(alive(runs=[run("a")], clusters=[cluster(MINE)]))
    assert by_habit(lines, Habits()) == Decisions({"a": "stop"}, {MINE: "stop"})
    assert must_ask(lines, Habits())


def test_nobody_is_asked_about_nothing():
    assert not must_ask(lines_of(p.Alive()), Habits())


@pytest.mark.parametrize(
    ("habits", "asked"),
    [
        (Habits("stop", "ask"), True),
        (Habits("ask", "stop"), True),
        (Habits("stop", "leave"), False),
        (Habits("leave", "stop"), False),
        (Habits("nonsense", "leave"), True),
    ],
)
def test_a_person_is_asked_of_each_kind_for_which_they_want_it(habits, asked):
    assert must_ask(lines_of(alive(runs=[run("a")], clusters=[cluster(MINE)])), habits) is asked


def test_a_kind_of_which_nothing_is_alive_is_not_asked_about():
    assert not must_ask(lines_of(alive(runs=[run("a")])), Habits("leave", "ask"))
    assert not must_ask(lines_of(alive(clusters=[cluster(MINE)])), Habits("ask", "leave"))


def test_whoever_would_end_the_engines_of_others_is_asked_whatever_was_remembered():
    lines = lines_of(alive(clusters=[cluster(MINE, engine(0, 11, ours=False))]))
    assert must_ask(lines, Habits("stop", "stop"))
    assert not must_ask(lines, Habits("stop", "leave"))


def test_a_word_that_is_no_habit_stops():
    assert by_habit(lines_of(alive(runs=[run("a")])), Habits("forget", "")).runs == {"a": "stop"}


# Choices


def test_what_was_decided_alike_for_a_kind_is_remembered_and_the_rest_is_as_it_was():
    decisions = Decisions({"a": "leave", "b": "leave"}, {MINE: "leave", LAB: "stop"})
    assert remembered(decisions, Habits("ask", "ask")) == Habits("leave", "ask")


def test_a_kind_of_which_nothing_was_decided_is_as_it_was():
    assert remembered(Decisions({}, {MINE: "leave"}), Habits("ask", "stop")) == Habits("ask", "leave")


def test_a_cluster_that_is_stopped_waits_for_runs_that_are_left_and_use_it():
    (line,) = lines_of(alive(runs=[run("a", MINE), run("b", MINE)], clusters=[cluster(MINE)])).clusters
    decisions = Decisions({"a": "leave", "b": "stop"}, {MINE: "stop"})
    assert decisions.waits(line) == ("a",)
    assert decisions.with_cluster(MINE, "leave").waits(line) == ()
    assert decisions.with_run("a", "stop").waits(line) == ()


def test_what_was_decided_can_be_asked_of_the_runner():
    decisions = Decisions({"a": "leave"}, {LAB: "stop"})
    request = p.Leave(number=1, **decisions.request())
    assert p.request_of(p.line_of(request)) == request
    assert request.clusters == ((LAB, "stop"),)
