"""What the calls of the tests call."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import cloudpickle
import numpy as np

from ...core.worker import log, progress, scratch
from ...core.worker.absent import NOT_TAKEN
from ...core.worker.call import Applied, Argument, Call, Form, Given, Items, Moved, Ref, Target

if TYPE_CHECKING:
    from pathlib import Path

# As what a person writes, these travel with their calls: a worker elsewhere has no Treadle to import.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def call(function: Any, task: str = "task", *, mutates: tuple[str, ...] = (), **arguments: Any) -> Call:
    """Return a call of a function of this file; what is no argument yet is given as a value."""
    given: dict[str, Argument] = {
        name: value if isinstance(value, Ref | Items | Applied | Moved) else Given(value)
        for name, value in arguments.items()
    }
    return Call(task, Form(Target(live=function), mutates=mutates), given)


def shaped(made: Call, **changes: Any) -> Call:
    """Return the call with these fields of its form changed."""
    return replace(made, form=replace(made.form, **changes))


def add(x: int, y: int = 1) -> int:
    return x + y


def fail(text: str) -> None:
    raise ValueError(text)


class Odd(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__("an odd one")
        self.pair = (first, second)

    def __reduce__(self) -> Any:
        raise RuntimeError("cannot be taken apart")


def fail_oddly() -> None:
    raise Odd(1, 2)


def leave(code: Any) -> None:
    raise SystemExit(code)


def lock() -> Any:
    return threading.Lock()


class Torn:
    """An object that can be pickled, and not be made again."""

    def __reduce__(self) -> Any:
        return int, ("no number",)


def torn() -> Any:
    return Torn()


def type_name(value: Any) -> str:
    return type(value).__name__


def items(count: int) -> list[int]:
    return [number * 10 for number in range(count)]


class Two(NamedTuple):
    first: Any
    second: Any


def two() -> Two:
    return Two(1, NOT_TAKEN)


def zeros() -> np.ndarray:
    return np.zeros(4)


def nested_zeros() -> dict[str, Any]:
    return {"deep": [(np.zeros(2),)]}


def is_writeable(array: np.ndarray) -> bool:
    return array.flags.writeable


def change(array: np.ndarray) -> float:
    array += 1
    return float(array.sum())


def talk() -> None:
    log("one")
    progress(0.25, "a quarter")
    log("two")
    progress(1.0)


def environment(name: str) -> str:
    return name


def keep_file() -> Path:
    path = scratch() / "result.txt"
    path.write_text("kept")
    (scratch() / "rubbish.txt").write_text("not kept")
    return path


def wait_for_ever() -> None:
    threading.Event().wait()


def leave_process() -> None:
    os._exit(3)


def scratch_path() -> str:
    return str(scratch())


def sum_of(values: list[int]) -> int:
    return sum(values)


def large(count: int) -> np.ndarray:
    return np.arange(count)


def sum_of_array(array: np.ndarray) -> int:
    return int(array.sum())
