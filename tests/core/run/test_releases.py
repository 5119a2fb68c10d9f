"""Results are let go of when nothing reads them any more."""

from __future__ import annotations

from schedulers import (
    ERROR,
    MAPPED,
    items,
    released,
    scheduler,
    started,
)

from treadle.core.pipeline import Connection, Each, Fold, Join, Node
from treadle.core.run import events as e


def test_a_result_is_released_when_its_last_reader_has_ended_and_not_before() -> None:
    run = scheduler({"b.x": "a.out", "c.x": "a.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("a"))
    assert released(run.handle(e.TaskSucceeded("b"))) == []
    assert released(run.handle(e.TaskSucceeded("c"))) == ["a"]


def test_the_results_of_the_last_nodes_are_the_runs_own() -> None:
    run = scheduler({"b.x": "a.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("a"))
    assert released(run.handle(e.TaskSucceeded("b"))) == ["a"]
    assert run.layout.tasks["b"].readers == 0


def test_a_reader_that_is_tried_again_still_finds_its_input() -> None:
    run = scheduler({"b.x": "a.out"}, b=Node(module="step", retries=1))
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("a"))
    assert released(run.handle(e.TaskFailed("b", ERROR))) == []
    assert released(run.handle(e.TaskSucceeded("b"))) == ["a"]


def test_a_list_is_released_when_all_its_items_were_read() -> None:
    run = scheduler({"clean.x": Connection("load.out", each=Each())})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    assert released(run.handle(e.TaskSucceeded("clean[1]"))) == []
    assert released(run.handle(e.TaskSucceeded("clean[0]"))) == ["load"]


def test_an_empty_list_is_released_at_once() -> None:
    run = scheduler({"clean.x": Connection("load.out", each=Each())})
    run.handle(e.RunStarted())
    assert run.handle(e.TaskSucceeded("load", items(0))) == [e.Release("load"), e.FinishRun()]


def test_the_members_of_a_join_are_kept_until_all_who_share_it_have_read_it() -> None:
    connections = {**MAPPED, "total.y": Connection("load.out", each=Each())}
    run = scheduler(connections)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskSucceeded("clean[0]"))
    assert started(run.handle(e.TaskSucceeded("clean[1]"))) == ["total[0]", "total[1]"]
    assert released(run.handle(e.TaskSucceeded("total[0]"))) == []
    assert sorted(released(run.handle(e.TaskSucceeded("total[1]")))) == ["clean[0]", "clean[1]", "load"]


def test_a_ragged_map_releases_each_inner_list_by_itself() -> None:
    connections = {
        "open.x": Connection("load.out", each=Each()),
        "fit.x": Connection("open.out", each=Each()),
        "total.x": Connection("fit.out", join=Join()),
    }
    run = scheduler(connections)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskSucceeded("open[0]", items(1)))
    assert released(run.handle(e.TaskSucceeded("fit[0,0]"))) == []
    assert started(run.handle(e.TaskSucceeded("open[1]", items(0)))) == ["total[1]"]
    assert "fit[0,0]" in released(run.handle(e.TaskSucceeded("total[0]")))


def test_a_fold_keeps_only_the_state_it_still_needs() -> None:
    node = Node(module="step", params={"x": 0}, fold=Fold("x"))
    run = scheduler({"walk.y": Connection("load.out", each=Each()), "end.x": "walk.out"}, walk=node)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(3)))
    assert released(run.handle(e.TaskSucceeded("walk[0]"))) == []
    assert released(run.handle(e.TaskSucceeded("walk[1]"))) == ["walk[0]"]
    assert started(run.handle(e.TaskSucceeded("walk[2]"))) == ["end"]
    assert released(run.handle(e.TaskSucceeded("end"))) == ["walk[2]"]


def test_a_skipped_reader_counts_as_one_that_has_ended() -> None:
    run = scheduler({"b.x": "a.out", "b.y": "bad.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskFailed("bad", ERROR))
    assert released(run.handle(e.TaskSucceeded("a"))) == ["a"]


def test_nothing_is_released_while_a_join_that_was_skipped_early_still_has_running_members() -> None:
    run = scheduler(MAPPED)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(3)))
    run.handle(e.TaskFailed("clean[0]", ERROR))
    assert released(run.handle(e.TaskSucceeded("clean[1]"))) == ["clean[1]"]
    assert sorted(released(run.handle(e.TaskSucceeded("clean[2]")))) == ["clean[2]", "load"]
