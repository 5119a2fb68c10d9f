"""One call of a module: arguments in, outputs or a cause out, whatever the module does."""

from __future__ import annotations

import asyncio
import dataclasses
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import numpy as np
import pytest

from treadle.core.worker import NOT_TAKEN, log, progress, scratch
from treadle.core.worker.call import Applied, Call, Given, Item, Items, Labelled, Moved, Ref, Target
from treadle.core.worker.context import TaskContext
from treadle.core.worker.execute import Result, execute
from treadle.core.worker.failures import MAX_TEXT, Cause, cause_of
from treadle.core.worker.files import FileStore

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "open sesame ünd 'so' \"on\"\nline two"


class Task:
    """A call that is executed in a folder of its own; ``values`` are what earlier tasks made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.values: dict[Any, Any] = {}
        self.told: list[str] = []

    def run(self, target: Any, *, arguments: dict[str, Any] | None = None, **form: Any) -> Result | Cause:
        made = Target(live=target) if callable(target) else target
        known = (Given, Ref, Items, Labelled, Applied)
        given = {k: v if isinstance(v, known) else Given(v) for k, v in (arguments or {}).items()}
        context = TaskContext(lambda fraction, text: self.told.append(f"{fraction} {text}"), self.told.append)
        return execute(Call("task", made, given, **form), self.values.__getitem__, context, FileStore(self.folder))

    def result(self, target: Any, **form: Any) -> Result:
        result = self.run(target, **form)
        assert isinstance(result, Result), result
        return result

    def out(self, target: Any, **form: Any) -> Any:
        return self.result(target, **form).outputs["out"]

    def cause(self, target: Any, **form: Any) -> Cause:
        cause = self.run(target, **form)
        assert isinstance(cause, Cause), cause
        return cause


@pytest.fixture
def task(tmp_path) -> Task:
    return Task(tmp_path / "store")


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclasses.dataclass
class Record:
    left: Any
    right: Any


class Mapped(TypedDict):
    left: int
    right: int


FIELDS: dict[str, Any] = {"outputs": ("left", "right"), "fields": True}


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


class BrokenText(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class NoText(Exception):
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]  # noqa: PLE0307 - that is the test


class OddInit(Exception):
    def __init__(self, *, needed: int) -> None:
        super().__init__(f"needed {needed}")


def raising(error: BaseException) -> Any:
    def module() -> None:
        raise error

    return module


def endless(n: int = 0) -> int:
    return endless(n + 1) + 1


class TestFailures:
    def test_a_failure_has_its_type_text_and_the_modules_own_frames(self, task) -> None:
        cause = task.cause(raising(ValueError("bad")))
        assert (cause.kind, cause.type, cause.message) == ("exception", "ValueError", "bad")
        assert cause.traceback.startswith("Traceback")
        assert "raise error" in cause.traceback
        assert "treadle/core/worker" not in cause.traceback

    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (BrokenText(), "BrokenText"), (NoText(), "NoText"), (OddInit(needed=3), "needed 3"),
            (ValueError(), "ValueError"), (SystemExit(3), "the module called sys.exit(3)"),
            (SystemExit(), "the module called sys.exit(None)"), (asyncio.CancelledError("late"), "late"),
            (GeneratorExit(), "GeneratorExit"), (ExceptionGroup("many", [ValueError("a")]), "many (1 sub-exception)"),
        ],
    )  # fmt: skip
    def test_whatever_is_raised_is_told(self, task, error, message) -> None:
        cause = task.cause(raising(error))
        assert (cause.message, cause.type) == (message, type(error).__name__)

    def test_ctrl_c_goes_through(self, task) -> None:
        with pytest.raises(KeyboardInterrupt):
            task.run(raising(KeyboardInterrupt()))

    def test_endless_recursion_is_a_short_failure(self, task) -> None:
        cause = task.cause(endless)
        assert cause.type == "RecursionError"
        assert len(cause.traceback) < 10_000

    def test_lack_of_memory_has_its_own_kind(self, task) -> None:
        assert task.cause(raising(MemoryError("too much"))).kind == "out of memory"

    def test_a_very_long_text_is_cut_in_the_middle(self, task) -> None:
        cause = task.cause(raising(ValueError("a" * 10**6 + "the end")))
        assert len(cause.message) < MAX_TEXT + 100
        assert cause.message.endswith("the end")
        assert "characters cut" in cause.message
        assert len(cause.traceback) < MAX_TEXT + 100

    def test_causes_in_a_circle_are_survived(self, task) -> None:
        first, second = ValueError("first"), ValueError("second")
        first.__cause__, second.__cause__ = second, first
        assert task.cause(raising(first)).message == "first"


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


def written(name: str = "out.txt", text: str = "kept") -> Path:
    path = scratch() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


class TestFiles:
    @pytest.mark.parametrize("wrap", [lambda p: [p], lambda p: (p, 1), lambda p: {"k": [p]}, lambda p: p])
    def test_a_returned_file_is_moved_into_the_store_read_only(self, task, wrap) -> None:
        value = task.out(lambda: wrap(written()))
        while not isinstance(value, Path):
            value = value["k"] if isinstance(value, dict) else value[0]
        assert value.read_text() == "kept"
        assert value.is_relative_to(task.folder)
        assert not value.stat().st_mode & 0o222

    @pytest.mark.parametrize("kind", [Pair, Record, lambda left, right: {"left": left, "right": right}])
    def test_files_in_the_fields_of_a_result_are_kept(self, task, kind) -> None:
        outputs = task.result(lambda: kind(written("a"), [written("b")]), **FIELDS).outputs
        assert outputs["left"].is_relative_to(task.folder)
        assert outputs["right"][0].is_relative_to(task.folder)

    def test_files_that_a_generator_yields_are_kept(self, task) -> None:
        def many() -> Iterator[Path]:
            yield from (written(f"sub-{n}.txt") for n in range(2))

        result = task.result(many, split=frozenset({"out"}))
        assert result.items["out"] == ("sub-0", "sub-1")
        assert all(path.is_relative_to(task.folder) and path.exists() for path in result.outputs["out"])

    def test_a_returned_directory_is_kept_with_all_that_is_in_it(self, task) -> None:
        kept = task.out(lambda: written("deep/in/out.txt").parent.parent)
        assert (kept / "in/out.txt").read_text() == "kept"
        assert not (kept / "in/out.txt").stat().st_mode & 0o222

    def test_the_same_content_is_kept_once(self, task) -> None:
        assert task.out(written) == task.out(written)

    def test_a_path_outside_scratch_stays_as_it_is(self, task, tmp_path) -> None:
        (tmp_path / "mine").write_text("x")
        assert task.out(lambda: [written(), tmp_path / "mine"])[1] == tmp_path / "mine"

    def test_a_link_that_leads_out_of_scratch_gives_what_it_leads_to(self, task, tmp_path) -> None:
        (tmp_path / "mine").write_text("x")

        def link() -> Path:
            made = scratch() / "link"
            made.symlink_to(tmp_path / "mine")
            return made

        assert task.out(link).read_text() == "x"


REFERENCE = "${env:TREADLE_TEST_SECRET}"


class TestSecrets:
    @pytest.fixture(autouse=True)
    def _secret(self, monkeypatch) -> None:
        monkeypatch.setenv("TREADLE_TEST_SECRET", SECRET)

    def covered(self, text: str) -> None:
        for piece in ("sesame", "line two"):
            assert piece not in text

    def test_a_secret_reaches_the_module_also_inside_lists_and_mappings(self, task) -> None:
        value = {"k": [REFERENCE, f"a {REFERENCE}"]}
        assert task.out(lambda v: v, arguments={"v": value}) == {"k": [SECRET, f"a {SECRET}"]}

    def test_it_is_covered_in_messages_and_tracebacks(self, task) -> None:
        def fail(v: str) -> None:
            raise ValueError(v, {"deep": v})

        cause = task.cause(fail, arguments={"v": REFERENCE})
        self.covered(cause.message + cause.traceback)
        assert "‹hidden›" in cause.message

    def test_it_is_covered_in_log_and_progress(self, task) -> None:
        def talk(v: str) -> None:
            log(v, [v])
            progress(0.5, v)

        task.result(talk, arguments={"v": REFERENCE})
        self.covered("".join(task.told))

    @pytest.mark.parametrize("padding", [0, 150, 185, 190, 195])
    def test_it_is_covered_in_previews_also_where_they_are_cut(self, task, padding) -> None:
        result = task.result(lambda v: ["x" * padding + v], arguments={"v": REFERENCE})
        assert "ope" not in str(result.previews)
        self.covered(str(result.previews))

    def test_it_is_covered_in_a_message_that_is_cut(self, task) -> None:
        def fail(v: str) -> None:
            raise ValueError("x" * (MAX_TEXT // 2 - 5) + v + "y" * MAX_TEXT)

        cause = task.cause(fail, arguments={"v": REFERENCE})
        assert "open" not in cause.message
        self.covered(cause.message)

    def test_it_is_covered_in_the_labels_of_items(self, task) -> None:
        result = task.result(lambda v: [f"/data/{v}.txt"], arguments={"v": REFERENCE}, split=frozenset({"out"}))
        self.covered("".join(result.items["out"]))

    def test_a_reference_that_data_brings_along_is_not_resolved(self, task) -> None:
        task.values[VALUE.value] = REFERENCE
        assert task.out(lambda v: v, arguments={"v": VALUE}) == REFERENCE


class Breaking(BaseException):
    """Neither an error of a module nor an interrupt."""


class Mute(Exception):
    """An exception that breaks when it is shown."""

    def __str__(self) -> str:
        raise Breaking

    def __repr__(self) -> str:
        raise Breaking


class TestFailuresThatBreakWhenTheyAreShown:
    def test_an_exception_whose_text_breaks_in_any_way_is_named(self) -> None:
        cause = cause_of(Mute())
        assert (cause.kind, cause.type, cause.message) == ("exception", "Mute", "Mute")

    def test_sys_exit_with_what_cannot_be_shown_is_told(self) -> None:
        assert cause_of(SystemExit(Mute())).message == "the module called sys.exit(…)"


class TestValuesThatCannotBeReadAgain:
    @pytest.mark.parametrize("error", [ValueError("torn"), Breaking("torn"), SystemExit("torn")])
    def test_the_input_and_what_its_unpickling_raised_are_named(self, task, error) -> None:
        def fetch(_value: Any) -> Any:
            raise error

        call = Call("task", Target(live=lambda v: v), {"v": Items((Given(1), VALUE))})
        cause = execute(call, fetch, TaskContext(), FileStore(task.folder))
        assert isinstance(cause, Cause)
        assert (cause.kind, cause.port) == ("not picklable", "v")
        told = f"the input 'v' cannot be read: unpickling it raised {type(error).__name__}: torn"
        assert cause.message == told
        assert "fetch" in cause.traceback

    def test_a_value_whose_file_is_gone_is_not_at_fault(self, task) -> None:
        call = Call("task", Target(live=lambda v: v), {"v": Moved((str(task.folder / "gone"), 100_000))})
        cause = execute(call, pickle.loads, TaskContext(), FileStore(task.folder))
        assert (cause.kind, cause.type) == ("exception", "FileNotFoundError")
