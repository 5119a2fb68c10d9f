"""The rules of mapping, one after the other, through the interface that scripts use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import small_functions as f
from reference import Interpreter, nested

import treadle
from treadle import Pipeline, fold, sweep, zipped
from treadle.core.errors import PipelineError, TreadleError
from treadle.core.library import control
from treadle.core.planning.make_plan import make_plan
from treadle.core.worker.call import Item

if TYPE_CHECKING:
    from pathlib import Path


def run(pipeline: Pipeline) -> Any:
    return treadle.run(pipeline, scheme="serial", cache=False)


def same(value: Any) -> Any:
    return value


def pair(a: Any, b: Any) -> list[Any]:
    return [a, b]


def letters(word: str) -> list[str]:
    return list(word)


def some(xs: list[Any]) -> list[Any]:
    return xs


def picky(x: Any, bad: Any = "b") -> Any:
    if x == bad:
        raise ValueError(f"no {x}")
    return x


def labels(result: Any, node: Any) -> list[dict[str, str]]:
    return [names for names, _ in result.items(node)]


def axes(pipeline: Pipeline, node: Any) -> list[str]:
    plan = make_plan(pipeline)
    found = plan.node(node.id)
    assert found is not None
    return [plan.axes[axis].label for axis in found.axes]


class TestRule1AnAxisIsMade:
    def test_each_makes_a_task_for_each_item(self) -> None:
        p = Pipeline()
        word = p.add(letters, word="abc")
        upper = p.add(same, value=word.out.each())
        assert run(p)[upper] == ["a", "b", "c"]

    def test_used_twice_an_output_makes_the_same_axis(self) -> None:
        p = Pipeline()
        word = p.add(letters, word="abc")
        left, right = p.add(same, value=word.out.each()), p.add(same, value=word.out.each("letter"))
        both = p.add(pair, a=left.out, b=right.out)
        assert axes(p, both) == ["letter"]
        assert run(p)[both] == [["a", "a"], ["b", "b"], ["c", "c"]]

    def test_one_output_with_two_names_is_refused_and_both_are_named(self) -> None:
        p = Pipeline()
        word = p.add(letters, word="abc")
        p.add(pair, a=word.out.each("x"), b=word.out.each("y"))
        with pytest.raises(PipelineError, match=r"'x' in one place and 'y' in another"):
            make_plan(p)

    def test_the_name_of_an_axis_holds_also_where_it_was_used_before_without(self) -> None:
        p = Pipeline()
        word = p.add(letters, word="abc")
        first = p.add(same, value=word.out.each())
        p.add(same, value=word.out.each("letter"))
        joined = p.add(some, xs=first.out.joined("letter"))
        assert run(p)[joined] == ["a", "b", "c"]

    def test_a_sweep_is_an_axis_labelled_by_its_values(self) -> None:
        p = Pipeline()
        swept = p.add(same, value=sweep([1.5, "two", None]))
        result = run(p)
        assert result[swept] == [1.5, "two", None]
        assert labels(result, swept) == [{"value": "1.5"}, {"value": "two"}, {"value": "None"}]

    def test_each_inside_an_axis_is_ragged(self) -> None:
        p = Pipeline()
        words = p.add(same, value=sweep(["ab", "", "cde"], axis="word"))
        inner = p.add(letters, word=words.out)
        each = p.add(same, value=inner.out.each("letter"))
        result = run(p)
        assert result[each] == [["a", "b"], [], ["c", "d", "e"]]
        assert labels(result, each)[-1] == {"word": "cde", "letter": "2"}

    def test_files_are_labelled_by_their_stems(self, tmp_path) -> None:
        p = Pipeline()
        files = p.add(same, value=[str(tmp_path / name) for name in ("sub-01.nii.gz", "sub-02.nii.gz")])
        each = p.add(same, value=files.out.each("subject"))
        assert labels(run(p), each) == [{"subject": "sub-01"}, {"subject": "sub-02"}]

    @pytest.mark.parametrize("value", ["text", {"a": 1}, None, 7])
    def test_what_is_no_list_cannot_be_mapped_and_its_task_fails(self, value) -> None:
        p = Pipeline()
        maker = p.add(same, value=value)
        p.add(same, value=maker.out.each(), id="user")
        result = run(p)
        (failure,) = result.failures
        assert failure.node == "same"
        assert f"it is a {type(value).__name__} and not a list" in failure.cause.message
        assert [(task.id, task.state.value) for task in result.tasks if task.node == "user"] == [("user[?]", "skipped")]


class TestRule2TheAxesOfANode:
    def test_different_axes_are_multiplied_in_the_order_of_the_ports(self) -> None:
        p = Pipeline()
        both = p.add(pair, b=sweep([1, 2, 3]), a=sweep(["x", "y"]))
        assert axes(p, both) == ["a", "b"]
        assert run(p)[both] == [[["x", 1], ["x", 2], ["x", 3]], [["y", 1], ["y", 2], ["y", 3]]]

    def test_equal_axes_are_aligned(self) -> None:
        p = Pipeline()
        x = p.add(same, value=sweep([1, 2], axis="s"))
        y = p.add(f.plus, x=x.out, y=sweep([10, 20, 30], axis="t"))
        both = p.add(pair, a=y.out, b=x.out)
        assert axes(p, both) == ["s", "t"]
        assert [[b for _, b in row] for row in run(p)[both]] == [[1, 1, 1], [2, 2, 2]]

    def test_zipped_lists_step_together(self) -> None:
        p = Pipeline()
        word = p.add(letters, word="abc")
        both = p.add(pair, zipped(a=word.out, b=[1, 2, 3], axis="pair"))
        result = run(p)
        assert result[both] == [["a", 1], ["b", 2], ["c", 3]]
        assert axes(p, both) == ["pair"]

    def test_an_unequal_zip_names_both_lists_with_their_lengths(self) -> None:
        p = Pipeline()
        left, right = p.add(letters, word="abc", id="left"), p.add(letters, word="ab", id="right")
        p.add(pair, zipped(a=left.out, b=right.out), id="both")
        (failure,) = run(p).failures
        assert failure.id == "both[?]"
        assert failure.cause.message == "'a': left.out has 3 items, but right.out has 2"

    def test_what_follows_an_unequal_zip_is_skipped_and_does_not_fail_again(self) -> None:
        p = Pipeline()
        left, right = p.add(letters, word="abc", id="left"), p.add(letters, word="ab", id="right")
        both = p.add(pair, zipped(a=left.out, b=right.out), id="both")
        p.add(same, value=both.out, id="after")
        result = run(p)
        assert [failure.node for failure in result.failures] == ["both"]

    def test_the_lengths_of_a_zip_are_checked_for_each_outer_item(self) -> None:
        p = Pipeline()
        word = p.add(same, value=sweep(["ab", "c"], axis="word"))
        left = p.add(letters, word=word.out, id="left")
        right = p.add(same, value=["x", "y"], id="right")
        both = p.add(pair, zipped(a=left.out, b=right.out), id="both")
        result = run(p)
        assert [failure.id for failure in result.failures] == ["both[1,?]"]
        assert next(result.items(both))[1] == ["a", "x"]

    def test_a_written_list_can_be_zipped_with_an_output_that_has_axes(self) -> None:
        p = Pipeline()
        word = p.add(same, value=sweep(["ab", "cd"], axis="word"))
        inner = p.add(letters, word=word.out)
        both = p.add(pair, zipped(a=[1, 2], b=inner.out, axis="pair"))
        assert axes(p, both) == ["word", "pair"]
        assert run(p)[both] == [[[1, "a"], [2, "b"]], [[1, "c"], [2, "d"]]]


class TestRule3AJoin:
    def grid(self) -> tuple[Pipeline, Any]:
        p = Pipeline()
        return p, p.add(pair, a=sweep([1, 2], axis="a"), b=sweep([10, 20, 30], axis="b"))

    def test_joins_the_innermost_axis(self) -> None:
        p, cells = self.grid()
        rows = p.add(some, xs=cells.out.joined())
        assert run(p)[rows] == [[[1, 10], [1, 20], [1, 30]], [[2, 10], [2, 20], [2, 30]]]

    def test_a_named_axis_is_joined_and_the_other_is_left(self) -> None:
        p, cells = self.grid()
        columns = p.add(some, xs=cells.out.joined("a"))
        assert axes(p, columns) == ["b"]
        assert run(p)[columns] == [[[1, 10], [2, 10]], [[1, 20], [2, 20]], [[1, 30], [2, 30]]]

    def test_several_axes_are_joined_flat_outer_to_inner_whatever_the_order_of_their_names(self) -> None:
        p, cells = self.grid()
        flat = p.add(some, xs=cells.out.joined("b", "a"))
        assert run(p)[flat] == [[1, 10], [1, 20], [1, 30], [2, 10], [2, 20], [2, 30]]

    def test_nested_gives_lists_of_lists(self) -> None:
        p, cells = self.grid()
        table = p.add(some, xs=cells.out.joined("a", "b", nested=True))
        assert run(p)[table] == [[[1, 10], [1, 20], [1, 30]], [[2, 10], [2, 20], [2, 30]]]

    def test_with_labels_gives_the_labels_of_each_item(self) -> None:
        p, cells = self.grid()
        rows = p.add(some, xs=cells.out.joined(with_labels=True))
        first = run(p)[rows][1][0]
        assert isinstance(first, Item)
        assert first == ({"a": "2", "b": "10"}, [2, 10])

    def test_where_another_port_keeps_the_axis_each_item_gets_the_whole_list(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=3)
        plus = p.add(same, value=numbers.out.each())
        both = p.add(pair, a=plus.out, b=plus.out.joined())
        assert run(p)[both] == [[0, [0, 1, 2]], [1, [0, 1, 2]], [2, [0, 1, 2]]]

    def test_an_empty_axis_joins_to_an_empty_list(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=0)
        joined = p.add(some, xs=p.add(same, value=numbers.out.each()).out.joined())
        assert run(p)[joined] == []

    def test_an_axis_that_is_not_there_is_refused_with_a_suggestion(self) -> None:
        p = Pipeline()
        cells = p.add(same, value=sweep([1], axis="subject"))
        p.add(some, xs=cells.out.joined("subjct"))
        with pytest.raises(PipelineError, match=r"has no axis 'subjct' to join.*'subject'"):
            make_plan(p)

    def test_an_outer_axis_cannot_be_joined_before_what_lies_inside_it(self) -> None:
        p = Pipeline()
        words = p.add(letters, word=sweep(["ab", "c"], axis="word"))
        each = p.add(same, value=words.out.each("letter"))
        p.add(some, xs=each.out.joined("word"))
        with pytest.raises(PipelineError, match=r"list along 'letter' for each item of 'word'"):
            make_plan(p)

    def test_a_function_on_a_joined_connection_is_called_on_each_item(self) -> None:
        p = Pipeline()
        numbers = p.add(f.numbers, n=3)
        each = p.add(same, value=numbers.out.each())
        joined = p.add(some, xs=each.out.apply(str).joined())
        assert run(p)[joined] == ["0", "1", "2"]


class TestRule4FailedItems:
    def tried(self, on_failure: str) -> tuple[Pipeline, Any, Any]:
        p = Pipeline()
        word = p.add(letters, word="abc")
        tried = p.add(picky, x=word.out.each("letter"), id="tried")
        return p, tried, p.add(some, xs=tried.out.joined(on_failure=on_failure), id="joined")  # type: ignore[arg-type]

    def test_a_failed_item_skips_the_join(self) -> None:
        p, _, _ = self.tried("fail")
        result = run(p)
        assert result.state == "failed"
        states = {task.id: task.state.value for task in result.tasks}
        assert (states["tried[1]"], states["tried[2]"], states["joined"]) == ("failed", "succeeded", "skipped")

    def test_a_tolerant_join_passes_on_the_others_and_the_run_succeeds_with_failures(self) -> None:
        p, tried, joined = self.tried("skip")
        result = run(p)
        assert result[joined] == ["a", "c"]
        assert result.state == "succeeded with failures"
        assert result.ok
        assert [failure.title for failure in result.failures] == ["tried (letter 1)"]
        with pytest.raises(TreadleError, match=r"no b"):
            list(result.items(tried))

    def test_what_a_join_passed_over_is_listed_with_its_cause(self) -> None:
        p, _, _ = self.tried("skip")
        result = run(p)
        record = next(task for task in result.tasks if task.id == "joined")
        assert [(miss.labels, miss.cause.message) for miss in record.missing] == [({"letter": "1"}, "no b")]

    def test_if_all_items_failed_a_tolerant_join_gives_an_empty_list(self) -> None:
        p = Pipeline()
        tried = p.add(picky, x=sweep(["b", "b"]))
        joined = p.add(some, xs=tried.out.joined(on_failure="skip"))
        assert run(p)[joined] == []

    def test_a_list_that_was_never_made_is_missing_too(self) -> None:
        p = Pipeline()
        word = p.add(picky, x=sweep(["b", "xy"], axis="word"))
        inner = p.add(letters, word=word.out)
        each = p.add(same, value=inner.out.each())
        joined = p.add(some, xs=each.out.joined("word", "letters", on_failure="skip"), id="joined")
        result = run(p)
        assert result[joined] == ["x", "y"]
        record = next(task for task in result.tasks if task.id == "joined")
        assert [(miss.labels, miss.cause.message) for miss in record.missing] == [({"word": "b"}, "no b")]


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


def test_the_reference_knows_the_examples_of_the_rules(tmp_path: Path) -> None:
    p = Pipeline()
    numbers = p.add(f.numbers, n=3)
    many = p.add(f.spread, x=numbers.out.each("n"), most=4)
    tried = p.add(f.fragile, x=many.out.each("m"))
    joined = p.add(f.digest, value=tried.out.joined("n", "m", nested=True, on_failure="skip"))
    expected = Interpreter(p).outputs
    assert run(p)[joined] == nested(expected[f"{joined.id}.out"])
