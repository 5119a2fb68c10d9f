"""The rules of mapping, one after the other, through the interface that scripts use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import small_functions as f
from mapped_functions import letters, pair, run, same, some
from reference import Interpreter, nested

from treadle import Pipeline, sweep, zipped
from treadle.core.errors import PipelineError, TreadleError
from treadle.core.planning.make_plan import make_plan
from treadle.core.worker.call import Item

if TYPE_CHECKING:
    from pathlib import Path


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


def test_the_reference_knows_the_examples_of_the_rules(tmp_path: Path) -> None:
    p = Pipeline()
    numbers = p.add(f.numbers, n=3)
    many = p.add(f.spread, x=numbers.out.each("n"), most=4)
    tried = p.add(f.fragile, x=many.out.each("m"))
    joined = p.add(f.digest, value=tried.out.joined("n", "m", nested=True, on_failure="skip"))
    expected = Interpreter(p).outputs
    assert run(p)[joined] == nested(expected[f"{joined.id}.out"])
