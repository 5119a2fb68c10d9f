"""What a result gives for single, mapped, ragged, looped and absent items, and for failed ones."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - an annotation of a module
from typing import NamedTuple

import pytest

from treadle import Pipeline, fold, run, scratch, sweep
from treadle.app.result import TaskFailedError
from treadle.core.errors import UsageError

SWITCH = "treadle.core.library.control:switch"


class Both(NamedTuple):
    total: int
    text: str


def numbers(count: int = 3) -> list[int]:
    return list(range(count))


def lists() -> list[list[int]]:
    return [[1, 2, 3], [], [4]]


def plus(x: int, y: int = 0) -> int:
    return x + y


def both(x: int = 2) -> Both:
    return Both(x, str(x))


def picky(x: int) -> int:
    if x == 1:
        raise ValueError("one is too few")
    return 10 * x


def total(values: list[int]) -> int:
    return sum(values)


@pytest.fixture
def pipeline():
    return Pipeline("demo")


def test_a_single_value(pipeline):
    node = pipeline.add(plus, x=1, y=2)
    assert run(pipeline)[node] == 3


def test_a_result_says_what_it_is_and_lets_go_of_its_files_at_the_end_of_with(pipeline):
    def written() -> Path:
        file = scratch() / "file"
        file.touch()
        return file

    node = pipeline.add(written)
    with run(pipeline, scheme="serial", cache=False) as result:
        assert repr(result) == "<RunResult: succeeded, 1 task>"
        assert result[node].exists()
        file = result[node]
    assert not file.exists()


def test_a_node_can_be_named_by_its_id(pipeline):
    pipeline.add(plus, id="sum", x=1, y=2)
    assert run(pipeline)["sum"] == 3


def test_an_unknown_node_is_answered_with_a_suggestion(pipeline):
    pipeline.add(plus, x=1)
    with pytest.raises(UsageError, match="Did you mean 'plus'"):
        run(pipeline)["pluss"]


def test_several_outputs_are_a_named_tuple(pipeline):
    node = pipeline.add(both)
    found = run(pipeline)[node]
    assert (found.total, found.text) == (2, "2")
    assert tuple(found) == (2, "2")


def test_one_output_can_be_asked_for(pipeline):
    node = pipeline.add(both, x=sweep([1, 2]))
    assert run(pipeline).port(node, "text") == ["1", "2"]


def test_an_output_that_is_not_there_is_answered_with_those_there_are(pipeline):
    node = pipeline.add(both)
    result = run(pipeline)
    with pytest.raises(UsageError, match=r"'both' has no output 'out'. Known: text, total"):
        result.port(node, "out")


def test_a_mapped_node_gives_a_list_in_item_order(pipeline):
    source = pipeline.add(numbers)
    node = pipeline.add(plus, x=source.out.each(), y=10)
    assert run(pipeline)[node] == [10, 11, 12]


def test_two_axes_are_nested_outer_to_inner(pipeline):
    node = pipeline.add(plus, x=sweep([0, 100]), y=sweep([1, 2, 3]))
    assert run(pipeline)[node] == [[1, 2, 3], [101, 102, 103]]


def test_ragged_axes_keep_their_lengths(pipeline):
    source = pipeline.add(lists)
    rows = pipeline.add(same, x=source.out.each("row"))
    node = pipeline.add(plus, x=rows.out.each("column"))
    assert run(pipeline)[rows] == [[1, 2, 3], [], [4]]
    assert run(pipeline)[node] == [[1, 2, 3], [], [4]]


def same(x: list[int]) -> list[int]:
    return x


def test_an_empty_axis_gives_an_empty_list(pipeline):
    source = pipeline.add(numbers, count=0)
    node = pipeline.add(plus, x=source.out.each())
    assert run(pipeline)[node] == []


def test_items_come_with_their_labels(pipeline):
    node = pipeline.add(plus, x=sweep([5, 6], axis="size"), y=1)
    assert list(run(pipeline).items(node)) == [({"size": "5"}, 6), ({"size": "6"}, 7)]


def test_a_single_value_is_an_item_without_labels(pipeline):
    node = pipeline.add(plus, x=1)
    assert list(run(pipeline).items(node)) == [({}, 1)]


def test_a_loop_gives_its_last_value(pipeline):
    source = pipeline.add(numbers, count=4)
    node = pipeline.add(plus, x=source.out.each(), y=fold(100))
    assert run(pipeline)[node] == 106


def test_a_loop_inside_an_axis_gives_the_last_of_each(pipeline):
    source = pipeline.add(lists)
    rows = pipeline.add(same, x=source.out.each("row"))
    node = pipeline.add(plus, x=rows.out.each("column"), y=fold(0, axis="column"))
    found = run(pipeline)[node]
    assert found == [6, 0, 4], "where there was no item, there is what it started with"


def test_items_of_a_list_that_failed_raise_its_failure(pipeline):
    source = pipeline.add(picky_list)
    node = pipeline.add(plus, x=source.out.each())
    result = run(pipeline)
    with pytest.raises(TaskFailedError, match=r"plus: its items are not known: .*no list today"):
        result[node]
    with pytest.raises(TaskFailedError, match="no list today"):
        list(result.items(node))
    assert result.port(node, "out") is None


def picky_list() -> list[int]:
    raise ValueError("no list today")


def test_a_missing_item_raises_its_failure_with_the_traceback_of_the_module(pipeline):
    node = pipeline.add(picky, x=sweep([0, 1, 2]))
    result = run(pipeline)
    with pytest.raises(TaskFailedError) as caught:
        result[node]
    told = str(caught.value)
    assert "one is too few" in told
    assert "in picky" in told
    assert "picky (" in told, "the item is named"
    assert "treadle/core" not in told, "the module's frames, not those of Treadle"


def test_items_before_the_missing_one_can_be_read(pipeline):
    node = pipeline.add(picky, x=sweep([0, 1, 2]))
    items = run(pipeline).items(node)
    assert next(items)[1] == 0
    with pytest.raises(TaskFailedError):
        next(items)


def test_a_port_has_none_where_an_item_failed(pipeline):
    node = pipeline.add(picky, x=sweep([0, 1, 2]))
    assert run(pipeline).port(node, "out") == [0, None, 20]


def test_a_node_after_a_failed_one_names_the_cause(pipeline):
    node = pipeline.add(picky, x=1)
    later = pipeline.add(plus, x=node.out)
    with pytest.raises(TaskFailedError, match="picky"):
        run(pipeline)[later]


def test_failures_tell_task_and_cause(pipeline):
    pipeline.add(picky, x=sweep([0, 1, 2], axis="size"))
    (failure,) = run(pipeline).failures
    assert failure.title == "picky (size 1)"
    assert failure.cause.type == "ValueError"
    assert failure.cause.message == "one is too few"


def test_a_join_that_passes_over_failures_ends_well(pipeline):
    node = pipeline.add(picky, x=sweep([0, 1, 2]))
    joined = pipeline.add(total, values=node.out.joined(on_failure="skip"))
    result = run(pipeline)
    assert result[joined] == 20
    assert result.state == "succeeded with failures"
    assert result.ok
    assert len(result.failures) == 1


def test_a_branch_that_was_not_taken_has_no_value(pipeline):
    switch = pipeline.add(SWITCH, value=3, condition=True)
    taken, other = switch.outputs
    yes = pipeline.add(plus, id="yes", x=switch[taken])
    no = pipeline.add(plus, id="no", x=switch[other])
    result = run(pipeline)
    assert result[yes] == 3
    assert tuple(result[switch]) == (3, None)
    with pytest.raises(TaskFailedError, match="branch was not taken"):
        result[no]


def test_items_that_a_branch_did_not_take_are_not_missing(pipeline):
    switch = pipeline.add(SWITCH, value=sweep([1, 2, 3]), condition=sweep([True, False, True]))
    node = pipeline.add(plus, id="yes", x=switch[switch.outputs[0]], y=10)
    result = run(pipeline)
    assert result.ok
    assert all(row == [11 + place, 11 + place] for place, row in enumerate(result[node]))


def test_an_error_survives_pickling():
    import pickle

    error = pickle.loads(pickle.dumps(TaskFailedError("it broke", where="node")))
    assert str(error) == "node: it broke"


def test_a_loop_without_items_gives_what_it_started_with(pipeline):
    source = pipeline.add(numbers, count=0)
    node = pipeline.add(plus, x=source.out.each(), y=fold(7))
    later = pipeline.add(plus, id="later", x=node.out)
    result = run(pipeline)
    assert result[later] == result[node] == result.port(node, "out") == 7
    assert list(result.items(node)) == [({}, 7)]


def test_a_loop_without_items_gives_the_output_it_started_with(pipeline):
    start = pipeline.add(plus, id="start", x=sweep([10, 20], axis="s"))
    source = pipeline.add(numbers, count=0)
    node = pipeline.add(plus, x=source.out.each(), y=fold(start.out, axis="numbers"))
    assert run(pipeline)[node] == [10, 20]


def test_a_loop_without_items_whose_start_failed_raises_that_failure(pipeline):
    start = pipeline.add(picky, x=1)
    source = pipeline.add(numbers, count=0)
    node = pipeline.add(plus, x=source.out.each(), y=fold(start.out))
    with pytest.raises(TaskFailedError, match="one is too few"):
        run(pipeline)[node]


def test_a_loop_whose_items_were_all_left_out_gives_what_it_started_with(pipeline):
    kept = pipeline.add(FILTER, value=sweep([1, 2]), keep=False)
    node = pipeline.add(plus, x=kept.out, y=fold(9))
    later = pipeline.add(plus, id="later", x=node.out)
    result = run(pipeline)
    assert result[later] == result[node] == 9


def group_of(*, inner_id: str = "add") -> Pipeline:
    inner = Pipeline("inner")
    inner.add(plus, id=inner_id)
    return inner


def test_a_group_gives_the_value_of_its_output(pipeline):
    group = pipeline.add_group(group_of(), id="g", x=sweep([1, 2]), y=10)
    result = run(pipeline)
    assert result[group] == result["g"] == result.port("g", "out") == [11, 12]


def test_a_group_in_a_group_gives_the_value_too(pipeline):
    outer = Pipeline("outer")
    outer.add_group(group_of(), id="deep", x=1, y=2)
    pipeline.add_group(outer, id="g")
    result = run(pipeline)
    assert result["g"] == result["g/deep"] == 3


def test_a_group_with_several_outputs_gives_a_named_tuple(pipeline):
    inner = Pipeline("inner")
    inner.add(both, x=4)
    group = pipeline.add_group(inner, id="g")
    found = run(pipeline)[group]
    assert (found.total, found.text) == (4, "4")


@pytest.mark.parametrize(("count", "last"), [(4, 106), (0, 100)])
def test_a_group_that_folds_gives_its_last_value(pipeline, count, last):
    source = pipeline.add(numbers, count=count)
    group = pipeline.add_group(group_of(), id="g", x=source.out.each(), y=fold(100))
    assert run(pipeline)[group] == last


def test_an_output_that_a_group_does_not_have_is_answered_with_a_suggestion(pipeline):
    group = pipeline.add_group(group_of(), id="g", x=1)
    with pytest.raises(UsageError, match="Did you mean 'out'"):
        run(pipeline).port(group, "oot")


FILTER = "treadle.core.library.control:filter"


def test_items_that_a_filter_left_out_are_not_in_the_list(pipeline):
    source = pipeline.add(numbers, count=5)
    even = pipeline.add(is_even, x=source.out.each())
    node = pipeline.add(FILTER, value=source.out.each(), keep=even.out)
    result = run(pipeline)
    assert result[node] == [0, 2, 4]
    assert result.port(node, node.outputs[0]) == [0, 2, 4]
    assert [value for _, value in result.items(node)] == [0, 2, 4]


def is_even(x: int) -> bool:
    return x % 2 == 0


def greedy(size: int) -> int:
    return len(b"x" * size)


def test_a_task_that_takes_more_memory_than_it_asks_for_is_told_of():
    pipeline = Pipeline("memory")
    pipeline.add(greedy, size=800_000_000)
    (warning,) = run(pipeline, scheme="processes", cache=False).warnings
    assert warning.startswith("greedy took up to 0.8")
    assert warning.endswith("asks for 0.25 GB (mem_gb)")
