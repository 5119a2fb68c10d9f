"""One call of a module: arguments in, outputs or a cause out, whatever the module does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import pytest
from executing import FIELDS, Pair, Record

from treadle.core.worker import NOT_TAKEN, log, progress, scratch
from treadle.core.worker.call import Applied, Given, Item, Items, Labelled, Ref, Target
from treadle.core.worker.execute import Result

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mapped(TypedDict):
    left: int
    right: int


class TestOutputs:
    @pytest.mark.parametrize("value", [Pair(1, 2), Record(1, 2), Mapped(left=1, right=2)])
    def test_the_fields_of_a_result_are_outputs(self, task, value) -> None:
        assert task.result(lambda: value, **FIELDS).outputs == {"left": 1, "right": 2}

    @pytest.mark.parametrize("value", [{"left": 1}, 7, None, (1, 2)])
    def test_a_field_that_is_missing_is_named_with_the_type_that_came(self, task, value) -> None:
        message = task.cause(lambda: value, **FIELDS).message
        assert message.startswith(f"the module returned a {type(value).__name__}, which has no '")

    def test_an_absent_result_makes_all_outputs_absent(self, task) -> None:
        assert task.result(lambda: NOT_TAKEN, **FIELDS).absent == {"left": "not taken", "right": "not taken"}

    def test_a_function_without_outputs_has_none(self, task) -> None:
        assert task.result(lambda: 5, outputs=()).outputs == {}

    @pytest.mark.parametrize("make", [
        lambda: [1, 2], lambda: (1, 2), lambda: {1: "a", 2: "b"}.keys(), lambda: range(1, 3), lambda: np.array([1, 2]),
        lambda: (n for n in (1, 2)),
    ])  # fmt: skip
    def test_what_can_be_gone_through_can_be_mapped(self, task, make) -> None:
        result = task.result(make, split=frozenset({"out"}))
        assert list(result.outputs["out"]) == [1, 2]
        assert result.items == {"out": ("0", "1")}

    @pytest.mark.parametrize("value", ["text", b"bytes", {"a": 1}, None, 5])
    def test_what_is_no_list_cannot_be_mapped(self, task, value) -> None:
        message = task.cause(lambda: value, split=frozenset({"out"})).message
        assert message == f"task.out is mapped, but it is a {type(value).__name__} and not a list"

    def test_a_generator_becomes_a_list_so_that_several_can_read_it(self, task) -> None:
        assert task.out(lambda: (n for n in range(3))) == [0, 1, 2]
        assert task.out(lambda: map(str, range(2))) == ["0", "1"]

    def test_a_generator_that_fails_half_way_is_the_modules_failure(self, task) -> None:
        def half() -> Iterator[int]:
            yield 1
            raise ValueError("half way")

        for split in (frozenset(), frozenset({"out"})):
            cause = task.cause(half, split=split)
            assert (cause.message, cause.type) == ("half way", "ValueError")
            assert "in half" in cause.traceback

    def test_flags_tell_the_truth_of_outputs(self, task) -> None:
        assert task.result(list, flags=frozenset({"out"})).flags == {"out": False}

    def test_an_object_without_truth_fails_the_task_and_not_the_worker(self, task) -> None:
        assert task.cause(lambda: np.zeros(3), flags=frozenset({"out"})).type == "ValueError"


def positional(a: int, b: int = 10, c: int = 20, /, *rest: int, d: int = 0) -> list[int]:
    return [a, b, c, *rest, d]


FORM: dict[str, Any] = {"positional": ("a", "b", "c"), "variadic": "rest"}


class TestArguments:
    def test_positional_and_variadic_arguments_are_passed_by_position(self, task) -> None:
        arguments = {"d": 5, "a": 1, "b": 2, "c": 3, "rest": [4, 4]}
        assert task.out(positional, arguments=arguments, **FORM) == [1, 2, 3, 4, 4, 5]

    def test_a_gap_between_positional_arguments_takes_its_default(self, task) -> None:
        assert task.out(positional, arguments={"a": 1, "c": 3}, **FORM) == [1, 10, 3, 0]
        assert task.out(positional, arguments={"a": 1, "rest": [9]}, **FORM) == [1, 10, 20, 9, 0]

    def test_a_gap_without_a_default_is_named(self, task) -> None:
        message = task.cause(positional, arguments={"b": 1}, **FORM).message
        assert message == "the input 'a' has no value, but one behind it has"

    def test_text_becomes_a_path_and_a_path_text_where_the_port_says_so(self, task) -> None:
        def same(x: Any) -> Any:
            return x

        assert task.out(same, arguments={"x": "a/b"}, coerce={"x": "path"}) == Path("a/b")
        assert task.out(same, arguments={"x": Path("a/b")}, coerce={"x": "text"}) == "a/b"
        assert task.out(same, arguments={"x": ["a", Path("b")]}, coerce={"x": "paths"}) == [Path("a"), Path("b")]
        assert task.out(same, arguments={"x": [1, 2]}, coerce={"x": "tuple"}) == (1, 2)
        assert task.out(same, arguments={"x": None}, coerce={"x": "path"}) is None

    def test_collected_and_labelled_arguments_are_put_together(self, task) -> None:
        task.values["a", "out", -1] = 1
        ref = Ref(("a", "out", -1))
        argument = Items((ref, Labelled({"s": "x"}, ref), Applied(Target("builtins:str"), ref)))
        assert task.out(lambda x: x, arguments={"x": argument}) == [1, Item({"s": "x"}, 1), "1"]

    def test_a_missing_argument_is_the_modules_own_type_error(self, task) -> None:
        assert "missing 1 required positional argument" in task.cause(lambda x: x).message


WRAPS = [
    lambda a: a, lambda a: [a], lambda a: (a,), lambda a: {"k": a}, lambda a: Pair(a, 1),
    lambda a: [[[[[[[a]]]]]]], lambda a: {"k": [({"l": a},)]},
]  # fmt: skip
VALUE = Ref(("v", "out", -1))


def inmost(value: Any) -> Any:
    while not isinstance(value, np.ndarray):
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return value


class TestInputsAreToBeRead:
    @pytest.mark.parametrize("wrap", WRAPS)
    def test_arrays_are_read_only_in_every_nesting(self, task, wrap) -> None:
        task.values[VALUE.value] = wrap(np.zeros(2))
        assert not task.out(lambda v: inmost(v).flags.writeable, arguments={"v": VALUE})
        assert not inmost(task.out(lambda: wrap(np.zeros(2)))).flags.writeable

    def test_arrays_of_a_subclass_are_read_only_too(self, task) -> None:
        task.values[VALUE.value] = np.ma.masked_array([1.0, 2.0], mask=[False, True])
        assert not task.out(lambda v: v.flags.writeable, arguments={"v": VALUE})

    def test_a_module_that_changes_its_list_changes_it_for_itself(self, task) -> None:
        task.values[VALUE.value] = {"list": [1, 2], "set": {1}}

        def spoil(v: dict[str, Any]) -> None:
            v["list"].clear()
            v["set"].add(2)
            v["new"] = 1

        task.result(spoil, arguments={"v": VALUE})
        assert task.values[VALUE.value] == {"list": [1, 2], "set": {1}}

    def test_a_parameter_that_is_changed_is_whole_for_the_next_item(self, task) -> None:
        written = Given([1, 2])
        for _ in range(2):
            assert task.out(lambda v: v.pop(), arguments={"v": written}) == 2

    def test_a_module_that_says_it_changes_an_input_gets_a_private_copy(self, task) -> None:
        task.values[VALUE.value] = [np.zeros(2)]

        def spoil(v: Any) -> float:
            v[0] += 1
            return float(v[0].sum())

        assert task.out(spoil, arguments={"v": VALUE}, mutates=("v",)) == 2.0
        assert task.values[VALUE.value][0].sum() == 0

    def test_values_that_hold_themselves_and_very_deep_ones_are_survived(self, task) -> None:
        loop: list[Any] = [1]
        loop.append(loop)
        found = task.out(lambda: loop)
        assert found[1] is found
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        assert isinstance(task.run(lambda: deep), Result)

    def test_a_list_that_stands_in_many_places_is_not_multiplied(self, task) -> None:
        value: list[Any] = [0]
        for _ in range(60):
            value = [value, value]
        found = task.out(lambda: value)
        assert found[0] is found[1]


class TestTargets:
    def test_a_missing_package_is_named(self, task) -> None:
        message = task.cause(Target("no_such_package:f")).message
        assert message == "no_such_package:f cannot be imported here: No module named 'no_such_package'"

    def test_a_missing_function_is_named(self, task) -> None:
        assert "os:no_such" in task.cause(Target("os:no_such")).message

    @pytest.mark.parametrize(
        ("name", "text"), [("raises", "raise ValueError('x')"), ("exits", "raise SystemExit(3)"), ("wrong", "def f(:")]
    )
    def test_a_package_that_fails_when_it_is_imported_shows_where(
        self, task, tmp_path, monkeypatch, name, text
    ) -> None:
        (tmp_path / f"broken_that_{name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        cause = task.cause(Target(f"broken_that_{name}:f"))
        assert cause.message.startswith(f"broken_that_{name}:f cannot be imported here: ")
        assert f"broken_that_{name}.py" in cause.traceback

    def test_with_declared_only_nothing_else_is_called(self, task) -> None:
        path = "treadle.core.library.control:"
        assert isinstance(task.run(Target(f"{path}length", declared_only=True), arguments={"items": [1]}), Result)
        message = task.cause(Target(f"{path}module", declared_only=True)).message
        assert message == f"{path}module is not declared as a module, so it is not called"

    def test_python_source_runs_and_its_lines_are_shown_in_a_traceback(self, task) -> None:
        text = "def f(x):\n    wanted = x / 0\n    return wanted\n"
        cause = task.cause(Target(source=text, name="f"), arguments={"x": 1})
        assert "wanted = x / 0" in cause.traceback
        assert cause.type == "ZeroDivisionError"

    def test_python_source_may_define_dataclasses_with_annotations_as_text(self, task) -> None:
        text = (
            "from __future__ import annotations\nfrom dataclasses import dataclass\n"
            "@dataclass\nclass R:\n    left: int\n    right: int\ndef f():\n    return R(1, 2)\n"
        )
        assert task.result(Target(source=text, name="f"), **FIELDS).outputs == {"left": 1, "right": 2}

    def test_python_source_without_the_function_says_so(self, task) -> None:
        assert task.cause(Target(source="a = 1", name="f")).message == "the Python source defines no 'f'"

    def test_python_source_that_does_not_compile_shows_the_line(self, task) -> None:
        cause = task.cause(Target(source="def f(:\n", name="f"))
        assert cause.type == "SyntaxError"
        assert "def f(:" in cause.traceback

    def test_source_that_failed_once_leaves_nothing_behind(self, task) -> None:
        before = set(sys.modules)
        task.cause(Target(source="raise ValueError('x')", name="f"))
        assert not [name for name in set(sys.modules) - before if name.startswith("treadle_source")]


class TestContext:
    def test_progress_is_kept_between_nothing_and_all_and_log_takes_anything(self, task) -> None:
        def talk() -> None:
            progress(-1)
            progress(7, "done")
            log("a", 1, None)

        task.result(talk)
        assert task.told == ["0.0 ", "1.0 done", "a 1 None"]

    def test_scratch_is_one_directory_and_is_removed(self, task) -> None:
        def use() -> tuple[str, str]:
            (scratch() / "rubbish").mkdir()
            return str(scratch()), str(scratch())

        first, second = task.out(use)
        assert first == second
        assert not Path(first).exists()

    def test_scratch_is_removed_after_a_failure(self, task) -> None:
        seen: list[Path] = []

        def fail() -> None:
            seen.append(scratch())
            raise ValueError

        task.cause(fail)
        assert not seen[0].exists()

    def test_outside_a_task_progress_and_log_do_nothing(self) -> None:
        progress(0.5)
        log("nobody hears")
