"""One call of a module, executed in this process."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

from treadle.core.worker.call import Applied, Call, Form, Given, Items, Labelled, Ref, Target
from treadle.core.worker.context import TaskContext
from treadle.core.worker.execute import Result, execute
from treadle.core.worker.failures import Cause
from treadle.core.worker.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path


FIELDS: dict[str, Any] = {"outputs": ("left", "right"), "fields": True}
"""The form of a call whose result has the fields ``left`` and ``right``."""


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclasses.dataclass
class Record:
    left: Any
    right: Any


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
        call = Call("task", Form(made, **form), given)
        return execute(call, self.values.__getitem__, context, FileStore(self.folder))

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
