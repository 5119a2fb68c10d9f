"""What a module raises becomes the cause of its task, however odd it is."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest

from treadle.core.worker.call import Call, Form, Given, Items, Moved, Ref, Target
from treadle.core.worker.context import TaskContext
from treadle.core.worker.execute import execute
from treadle.core.worker.failures import MAX_TEXT, Cause, cause_of
from treadle.core.worker.files import FileStore

VALUE = Ref(("v", "out", -1))


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

        call = Call("task", Form(Target(live=lambda v: v)), {"v": Items((Given(1), VALUE))})
        cause = execute(call, fetch, TaskContext(), FileStore(task.folder))
        assert isinstance(cause, Cause)
        assert (cause.kind, cause.port) == ("not picklable", "v")
        told = f"the input 'v' cannot be read: unpickling it raised {type(error).__name__}: torn"
        assert cause.message == told
        assert "fetch" in cause.traceback

    def test_a_value_whose_file_is_gone_is_not_at_fault(self, task) -> None:
        call = Call("task", Form(Target(live=lambda v: v)), {"v": Moved((str(task.folder / "gone"), 100_000))})
        cause = execute(call, pickle.loads, TaskContext(), FileStore(task.folder))
        assert (cause.kind, cause.type) == ("exception", "FileNotFoundError")
