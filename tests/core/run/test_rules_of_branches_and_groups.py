"""The rules of branches, loops and groups, through the interface that scripts use."""

from __future__ import annotations

from typing import Any

import pytest
import small_functions as f
from mapped_functions import letters, pair, run, same, some

from treadle import Pipeline, fold, sweep
from treadle.core.errors import PipelineError
from treadle.core.library import control
from treadle.core.planning.make_plan import make_plan


def parity(p: Pipeline, value: Any) -> tuple[Any, Any]:
    fork = p.add(control.switch, value=value, condition=p.add(f.is_even, x=value).out)
    return fork, p.add(f.plus, x=fork.then, y=0)


class TestRule5Branches:
    def test_switch_routes_each_item_and_merge_restores_the_axis(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=4)
        fork, even = parity(p, numbers.out.each())
        odd = p.add(f.plus, x=fork.otherwise, y=100)
        merged = p.add(control.merge, a=even.out, b=odd.out)
        result = run(p)
        assert result[merged] == [f.plus(0, 0), f.plus(1, 100), f.plus(2, 0), f.plus(3, 100)]
        skipped = {task.id: task.cause.message for task in result.tasks if task.state.value == "skipped"}
        assert skipped == dict.fromkeys(["plus[1]", "plus[3]", "plus_2[0]", "plus_2[2]"], "not taken")
        assert result.state == "succeeded"

    def test_items_of_a_branch_not_taken_are_not_missing_in_a_join(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=4)
        _, even = parity(p, numbers.out.each())
        joined = p.add(some, xs=even.out.joined(), id="joined")
        result = run(p)
        assert result[joined] == [f.plus(0, 0), f.plus(2, 0)]
        assert not next(task for task in result.tasks if task.id == "joined").missing

    def test_a_branch_not_taken_outside_of_an_axis_makes_the_join_after_it_not_taken(self) -> None:
        p = Pipeline()
        fork, _ = parity(p, p.add(f.number, n=1).out)
        swept = p.add(f.plus, x=fork.then, y=sweep([1, 2]))
        joined = p.add(some, xs=swept.out.joined(), id="joined")
        p.add(same, value=joined.out, id="after")
        result = run(p)
        assert {t.id: t.cause.message for t in result.tasks if t.id in {"joined", "after"}} == {
            "joined": "not taken", "after": "not taken",
        }  # fmt: skip
        assert result.state == "succeeded"

    def test_the_same_holds_for_lists_made_inside_such_a_branch(self) -> None:
        p = Pipeline()
        fork, _ = parity(p, p.add(f.number, n=1).out)
        lists = p.add(f.spread, x=fork.then, most=sweep([2, 3]))
        inner = p.add(same, value=lists.out.each("inner"))
        p.add(some, xs=inner.out.joined("most", "inner"), id="joined")
        states = {task.id: task.state.value for task in run(p).tasks}
        assert states["joined"] == "skipped"

    def test_filtered_items_are_never_missing_and_keep_their_labels(self) -> None:
        p = Pipeline()
        numbers = p.add(same, value=sweep([10, 11, 12, 13], axis="n"))
        kept = p.add(control.filter, value=numbers.out, keep=p.add(f.is_even, x=numbers.out).out)
        joined = p.add(some, xs=kept.out.joined(with_labels=True))
        both = p.add(pair, a=kept.out, b=numbers.out)
        result = run(p)
        assert result[joined] == [({"n": "10"}, 10), ({"n": "12"}, 12)]
        assert result[both] == [[10, 10], [12, 12]]
        assert result.state == "succeeded"

    def test_filtering_everything_leaves_an_empty_list(self) -> None:
        p = Pipeline()
        numbers = p.add(same, value=sweep([1, 3]))
        kept = p.add(control.filter, value=numbers.out, keep=p.add(f.is_even, x=numbers.out).out)
        joined = p.add(some, xs=kept.out.joined())
        assert run(p)[joined] == []

    def test_a_fold_hands_the_state_of_each_item_to_the_next_and_the_last_to_what_follows(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=4)
        walk = p.add(f.step, state=fold(7), item=numbers.out.each())
        end = p.add(same, value=walk.out)
        expected = 7
        for item in range(4):
            expected = f.step(expected, item)
        assert run(p)[end] == expected

    def test_a_fold_over_nothing_gives_what_it_started_with(self) -> None:
        for start in (7, "made", sweep([1, 2])):
            p = Pipeline()
            numbers = p.add(f.numbers, n=0)
            first = p.add(f.number, n=5).out if start == "made" else start
            walk = p.add(f.step, state=fold(first), item=numbers.out.each())
            end = p.add(same, value=walk.out)
            assert run(p)[end] == (5 if start == "made" else 7 if start == 7 else [1, 2])

    def test_a_fold_over_nothing_may_start_with_a_join_and_end_in_a_map(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=0)
        joined = p.add(same, value=sweep([1, 2])).out.joined()
        walk = p.add(pair, a=fold(joined), b=numbers.out.each())
        end = p.add(same, value=walk.out)
        assert run(p)[end] == [1, 2]

    def test_a_list_that_a_fold_ends_with_can_be_mapped_also_if_it_is_the_first_one(self) -> None:
        for count in (0, 2):
            p = Pipeline()
            numbers = p.add(f.numbers, n=count)
            start = p.add(letters, word="ab")
            walk = p.add(grown, xs=fold(start.out), x=numbers.out.each())
            each = p.add(same, value=walk.out.each())
            assert run(p)[each] == ["a", "b", *range(count)]

    def test_items_that_were_filtered_out_leave_the_state_of_a_fold_as_it_is(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=5)
        kept = p.add(control.filter, value=numbers.out.each(), keep=p.add(f.is_even, x=numbers.out.each()).out)
        walk = p.add(grown, xs=fold([]), x=kept.out)
        end = p.add(same, value=walk.out)
        assert run(p)[end] == [0, 2, 4]

    def test_a_fold_in_a_branch_that_was_not_taken_is_not_taken(self) -> None:
        p = Pipeline()
        fork, _ = parity(p, p.add(f.number, n=1).out)
        walk = p.add(f.three, a=fold(1), b=p.add(f.numbers, n=3).out.each(), c=fork.then)
        p.add(same, value=walk.out, id="end")
        assert next(task for task in run(p).tasks if task.id == "end").state.value == "skipped"

    def test_repeat_runs_until_its_answer_is_no(self) -> None:
        p = Pipeline()
        grow = p.add(f.grow, state=0, by=0).repeat("again", state="state")
        end = p.add(same, value=grow.state)
        assert run(p)[end] == 3

    def test_repeat_runs_no_more_rounds_than_its_bound(self) -> None:
        p = Pipeline()
        grow = p.add(f.grow, state=0, by=0).repeat("again", bound=2, state="state")
        end = p.add(same, value=grow.state)
        assert run(p)[end] == 2

    def test_a_round_that_fails_fails_the_loop_and_adds_no_task(self) -> None:
        p = Pipeline()
        grow = p.add(breaks, state=0).repeat("again", state="state")
        p.add(same, value=grow.state, id="end")
        result = run(p)
        assert {task.id: task.state.value for task in result.tasks} == {
            "breaks[0]": "succeeded", "breaks[1]": "failed", "end": "skipped",
        }  # fmt: skip

    def test_a_repeat_inside_an_axis_has_its_own_number_of_rounds_for_each_item(self) -> None:
        p = Pipeline()
        grow = p.add(f.grow, state=sweep([0, 1, 2]), by=0).repeat("again", state="state")
        end = p.add(same, value=grow.state)
        result = run(p)
        assert result[end] == [3, 3, 3]
        assert len([task for task in result.tasks if task.node == "grow"]) == 3 + 2 + 1


def grown(xs: list[Any], x: Any) -> list[Any]:
    return [*xs, x]


def breaks(state: int) -> f.Grown:
    if state:
        raise ValueError("broken")
    return f.Grown(1, True)


class TestRule6Groups:
    def test_axes_pass_through_the_ports_of_a_group(self) -> None:
        inner = Pipeline()
        inner.add(f.plus, x=inner.add(same).out, y=1, id="out")
        p = Pipeline()
        numbers = p.add(f.numbers, n=3)
        group = p.add_group(inner, id="g", value=numbers.out.each("n"))
        joined = p.add(some, xs=group.out.joined("n"))
        assert run(p)[joined] == [f.plus(n) for n in range(3)]

    def test_a_join_inside_a_group_does_not_collapse_an_axis_from_outside(self) -> None:
        inner = Pipeline()
        swept = inner.add(f.plus, y=sweep([1, 2]))
        inner.add(some, xs=swept.out.joined(), id="rows")
        p = Pipeline()
        numbers = p.add(f.numbers, n=2)
        group = p.add_group(inner, id="g", x=numbers.out.each())
        end = p.add(same, value=group.out)
        assert run(p)[end] == [[f.plus(0, 1), f.plus(0, 2)], [f.plus(1, 1), f.plus(1, 2)]]

    def test_a_join_with_nothing_to_collapse_inside_is_refused_and_names_the_outer_axes(self) -> None:
        inner = Pipeline()
        inner.add(some, xs=inner.add(same, id="in").out.joined(), id="rows")
        p = Pipeline()
        p.add_group(inner, id="g", value=p.add(f.numbers, n=2).out.each("n"))
        with pytest.raises(PipelineError, match=r"only has axes from outside the group \('n'\)"):
            make_plan(p)

    def test_a_join_inside_a_group_may_name_an_axis_from_outside(self) -> None:
        inner = Pipeline()
        inner.add(some, xs=inner.add(same, id="in").out.joined("n"), id="rows")
        p = Pipeline()
        group = p.add_group(inner, id="g", value=p.add(f.numbers, n=2).out.each("n"))
        end = p.add(same, value=group.out)
        assert run(p)[end] == [0, 1]

    def test_groups_may_stand_in_groups(self) -> None:
        inmost = Pipeline()
        swept = inmost.add(f.plus, y=sweep([1, 2]))
        inmost.add(some, xs=swept.out.joined(), id="rows")
        inner = Pipeline()
        group = inner.add_group(inmost, id="deep", x=inner.add(same, id="in").out)
        inner.add(f.digest, value=group.out, id="end")
        p = Pipeline()
        outer = p.add_group(inner, id="g", value=p.add(f.numbers, n=2).out.each())
        end = p.add(same, value=outer.out)
        assert run(p)[end] == [f.digest([f.plus(n, 1), f.plus(n, 2)]) for n in range(2)]

    def test_a_group_that_folds_hands_its_output_to_the_next_item(self) -> None:
        inner = Pipeline()
        inner.add(f.plus, x=inner.add(f.step).out, y=5, id="out")
        p = Pipeline()
        group = p.add_group(inner, id="g", state=fold(1), item=p.add(f.numbers, n=3).out.each())
        end = p.add(same, value=group.out)
        expected = 1
        for item in range(3):
            expected = f.plus(f.step(expected, item), 5)
        assert run(p)[end] == expected

    def test_a_group_that_folds_keeps_its_state_where_an_inner_branch_is_not_taken(self) -> None:
        inner = Pipeline()
        item = inner.add(same, id="item")
        kept = inner.add(control.filter, value=item.out, keep=inner.add(f.is_even, x=item.out).out)
        inner.add(grown, x=kept.out, id="add")
        p = Pipeline()
        group = p.add_group(inner, id="g", xs=fold([]), value=p.add(f.numbers, n=4).out.each())
        end = p.add(same, value=group.out)
        assert run(p)[end] == [0, 2]

    def test_a_group_that_repeats_runs_all_its_nodes_in_each_round(self) -> None:
        inner = Pipeline()
        doubled = inner.add(f.plus, y=0)
        grow = inner.add(f.grow, state=doubled.out, by=0)
        assert grow.id == "grow"
        p = Pipeline()
        group = p.add_group(inner, id="g", x=1).repeat("again", x="state")
        end = p.add(same, value=group.state)
        assert run(p)[end] == 3

    def test_a_sweep_on_a_groups_input_is_one_axis_for_all_that_it_feeds(self) -> None:
        inner = Pipeline()
        first = inner.add(same, id="in")
        inner.add(pair, a=inner.add(f.plus, x=first.out, y=0).out, b=first.out, id="end")
        p = Pipeline()
        group = p.add_group(inner, id="g", value=sweep([1, 2]))
        end = p.add(same, value=group.out)
        assert run(p)[end] == [[f.plus(1, 0), 1], [f.plus(2, 0), 2]]
