"""What a run gave, as the one JSON document that `--json` prints."""

from __future__ import annotations

import dataclasses
import math
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.run.results import UnavailableError
from ...core.worker.preview import preview
from ..result import RunResult, TaskFailedError

if TYPE_CHECKING:
    from ...core.planning.plan import PlanNode
    from ...core.run.records import TaskRecord
    from ..session import Run

MAX_ITEMS = 100_000
_MAX_BITS = 10_000
"""Larger whole numbers are not written out: Python refuses to, from 4,300 digits on."""


class Preview(dict[str, Any]):
    """What stands in the document for a value that JSON does not have."""


class NotFinite(str):
    """A number that JSON does not have, as the text that stands for it in the document."""

    __slots__ = ()

    @classmethod
    def of(cls, value: float) -> NotFinite:
        """Return the text for NaN or an infinity, as JavaScript names them."""
        return cls("NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity")

    @property
    def number(self) -> float:
        """The number."""
        return float(self)


def document(run: Run, result: RunResult) -> dict[str, Any]:
    """Return the document: the id of the run, how it went, results of the last nodes, failures; warnings if any."""
    found: dict[str, Any] = {
        "run": run.id,
        "state": result.state,
        "makespan_s": round(run.keeping.recording.seconds, 6),
        "tasks": dict(Counter(record.state.value for record in result.tasks)),
        "schemes": dict(Counter(record.scheme for record in result.tasks if record.scheme)),
        "outputs": {node.id: _outputs(run, result, node) for node in run.plan.sinks()},
        "failures": [_failure(record) for record in result.failures],
    }
    if result.warnings:
        found["warnings"] = result.warnings
    return found


def _failure(record: TaskRecord) -> dict[str, str]:
    cause = record.cause
    assert cause is not None
    return {
        "task": record.id,
        "title": record.title,
        "cause": cause.kind,
        "message": cause.message,
        "traceback": cause.traceback,
    }


def _outputs(run: Run, result: RunResult, node: PlanNode) -> dict[str, Any]:
    """Return port to value or preview; for a mapped node to lists of them, null where an item failed."""
    ports = [port.name for port in node.module.outputs]
    return {port: json_or_preview(port_value(result, node, port), run.files) for port in ports}


def port_value(result: RunResult, node: PlanNode, port: str) -> Any:
    """Return what a node gave at an output, None if it did not run."""
    try:
        return result.port(node.id, port)
    except TaskFailedError:
        return None
    except UnavailableError as error:
        return Preview(type="unavailable", text=str(error))


def is_table(value: Any) -> bool:
    """Say whether a value is a table: a list of mappings."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, dict) and not isinstance(row, Preview) for row in value)
    )


def json_or_preview(value: Any, folder: Path) -> Any:
    """Return a value as JSON has it: numbers, text, lists, mappings; what is none of these as its preview.

    Numbers that JSON does not have are the texts ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``: null is a failed
    item. Files in ``folder`` end with the run, and so do their paths: they are described too.
    """
    try:
        return _Plain(folder).of(value)
    except (_TooLargeError, RecursionError):
        return Preview(preview(value))


class _TooLargeError(Exception):
    """The value holds more items than anybody wants to read."""


class _Plain:
    """Turns one value into what JSON has."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._left = MAX_ITEMS

    def of(self, value: Any) -> Any:
        """Return the value, or the preview of it; _TooLargeError if it holds too many items."""
        self._left -= 1
        if self._left < 0:
            raise _TooLargeError
        try:
            return self._of(value)
        except (_TooLargeError, RecursionError):
            raise
        except Exception:  # noqa: BLE001 - a strange object must not spoil the report on all others
            return Preview(preview(value))

    def _of(self, value: Any) -> Any:
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, int):
            return value if value.bit_length() <= _MAX_BITS else Preview(preview(value))
        if isinstance(value, float):
            return value if math.isfinite(value) else NotFinite.of(value)
        if isinstance(value, os.PathLike):
            return self._path(Path(value))
        if _is_scalar(value):
            return self.of(value.item())
        return self._container(value)

    def _container(self, value: Any) -> Any:
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            value = value._asdict()
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        if isinstance(value, dict) and all(map(_is_key, value)):
            return {_key(key): self.of(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        return Preview(preview(value))

    def _path(self, path: Path) -> Any:
        """Return a path as text; of what ends with the run, what it was."""
        if self._folder not in path.parents or not path.exists():
            return str(path)
        if path.is_file():
            return Preview(type="file", name=path.name, bytes=path.stat().st_size)
        sizes = [entry.stat().st_size for entry in path.rglob("*") if entry.is_file()]
        return Preview(type="folder", name=path.name, files=len(sizes), bytes=sum(sizes))


def _is_scalar(value: Any) -> bool:
    """Say whether a value is a single number of an array library."""
    return getattr(value, "shape", None) == () and getattr(value, "dtype", None) is not None


def _is_key(key: Any) -> bool:
    return key is None or isinstance(key, str | int | float) or _is_scalar(key)


def _key(key: Any) -> str:
    return str(key.item() if _is_scalar(key) else key)
