"""What a run gave, as one JSON document and as files."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from ...core.document import write_atomically
from ...core.errors import UsageError
from ...core.plan import PlanNode
from ...core.run.records import TaskRecord
from ...core.worker.preview import preview
from ..result import RunResult, TaskFailedError
from ..session import RUN_FOLDER, Run

MAX_ITEMS = 100_000


def document(run: Run, result: RunResult, seconds: float) -> dict[str, Any]:
    """Return the document that ``--json`` prints: state, counts, results of the last nodes, failures."""
    return {
        "run": run.plan.title,
        "state": result.state,
        "makespan_s": round(seconds, 6),
        "tasks": dict(Counter(record.state.value for record in result.tasks)),
        "schemes": dict(Counter(record.scheme for record in result.tasks if record.scheme)),
        "outputs": {node.id: _outputs(result, node) for node in run.plan.sinks()},
        "failures": [_failure(record) for record in result.failures],
    }


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


def _outputs(result: RunResult, node: PlanNode) -> dict[str, Any]:
    """Return port to value or preview; for a mapped node to lists of them, null where an item failed."""
    ports = [port.name for port in node.module.outputs]
    return {port: json_or_preview(_port_value(result, node, port)) for port in ports}


def _port_value(result: RunResult, node: PlanNode, port: str) -> Any:
    try:
        return result.port(node.id, port)
    except TaskFailedError:
        return None


class _NotPlain(Exception):
    """The value is not made of numbers, text, lists and mappings."""


def json_or_preview(value: Any) -> Any:
    """Return the value as JSON has it if it is made of numbers, text, lists and mappings, else its preview."""
    try:
        return _plain(value, [MAX_ITEMS])
    except (_NotPlain, RecursionError):
        return preview(value)


def _plain(value: Any, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise _NotPlain
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, os.PathLike):
        return _path(Path(value))
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return _plain(value.item(), left)
    return _plain_container(value, left)


def _path(path: Path) -> Any:
    """Return a path as text; of a file that ends with the run, what it was."""
    if any(part.startswith(RUN_FOLDER) for part in path.parts) and path.is_file():
        return {"type": "file", "name": path.name, "bytes": path.stat().st_size}
    return str(path)


def _plain_container(value: Any, left: list[int]) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {_plain_key(key): _plain(item, left) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, left) for item in value]
    raise _NotPlain


def _plain_key(key: Any) -> str:
    if isinstance(key, str | int | float | bool) or key is None:
        return str(key)
    if getattr(key, "shape", None) == () and hasattr(key, "item"):
        return str(key.item())
    raise _NotPlain


def write_results(run: Run, result: RunResult, folder: Path, found: dict[str, Any]) -> None:
    """Write ``results.json`` and, for each last node, its files, tables (CSV) and arrays (npy) into a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for node in run.plan.sinks():
            for port in node.module.outputs:
                name = f"{node.id.replace('/', '-')}" + ("" if port.name == "out" else f"-{_safe(port.name)}")
                _write(_port_value(result, node, port.name), folder, name)
        text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
        write_atomically(folder / "results.json", text.encode())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(folder)) from None


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in name)[:80]


def _write(value: Any, folder: Path, name: str) -> None:
    if isinstance(value, Path) and value.exists():
        _copy(value, folder / f"{name}{value.suffix}")
    elif isinstance(value, list) and value and all(isinstance(item, Path) for item in value):
        for place, path in enumerate(value):
            if path.exists():
                _copy(path, folder / f"{name}-{place}{path.suffix}")
    elif is_table(value):
        _write_csv(value, folder / f"{name}.csv")
    elif hasattr(value, "dtype") and getattr(value, "shape", ()):
        import numpy as np

        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, value, allow_pickle=False)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def is_table(value: Any) -> bool:
    """Say whether a value is a table: a list of mappings."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _write_csv(table: list[dict[str, Any]], path: Path) -> None:
    columns = list(dict.fromkeys(key for row in table for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(table)
