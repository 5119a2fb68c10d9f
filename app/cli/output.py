"""`--output DIR`: writes what a run gave as files."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.document import write_atomically
from ...core.errors import UsageError
from .results import is_table, port_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..result import RunResult
    from ..session import Run

DOCUMENT = "results.json"
_DEPTH = 6


def prepare(folder: Path) -> None:
    """Make the folder; UsageError if nothing can be written there, before a long run finds out."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def prepare_file(path: Path) -> None:
    """Make the folder of a file; UsageError if no file can be written in this place."""
    if path.is_dir():
        raise UsageError("it is a folder, not a file", where=str(path))
    prepare(path.absolute().parent)


def write_results(run: Run, result: RunResult, folder: Path, found: dict[str, Any]) -> list[str]:
    """Write ``results.json``, and files, tables (CSV) and arrays (npy) of the last nodes; return the names.

    Files that the run made are copied; those that were there before are named in ``results.json``.
    """
    writer = _Writer(folder, run.files)
    with _told(folder):
        for node in run.plan.sinks():
            for port in node.module.outputs:
                name = node.id if port.name == "out" else f"{node.id}-{port.name}"
                writer.write(port_value(result, node, port.name), _safe(name))
        text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
        # Half a character, as of a file name that is not UTF-8, is written as JSON escapes it.
        write_atomically(folder / DOCUMENT, text.encode("utf-8", "backslashreplace"))
    return [*writer.written, DOCUMENT]


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, shutil.Error) as error:
        told = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileExistsError):
            told = "it is a file, not a folder"
        raise UsageError(f"the results cannot be written: {told}", where=str(folder)) from None


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" else "-" for c in name)[:80]


class _Writer:
    """Writes values into a folder, each under a name of its own."""

    def __init__(self, folder: Path, made: Path) -> None:
        self.written: list[str] = []
        self._folder = folder
        self._made = made
        self._taken = {DOCUMENT}

    def write(self, value: Any, name: str, depth: int = 0) -> None:
        """Write one value, or those it holds; what is neither file nor table nor array is left out."""
        if isinstance(value, Path):
            self._copy(value, name)
        elif is_table(value):
            self._write_csv(value, name)
        elif hasattr(value, "dtype") and len(getattr(value, "shape", "")):
            self._write_array(value, name)
        elif isinstance(value, dict | list | tuple) and depth < _DEPTH:
            fields = value._asdict() if hasattr(value, "_asdict") else value
            inner = fields.items() if isinstance(fields, dict) else enumerate(fields)
            for key, item in inner:
                self.write(item, f"{name}-{_safe(str(key))}", depth + 1)

    def _place(self, name: str, suffix: str) -> Path:
        chosen, number = f"{name}{suffix}", 2
        while chosen.casefold() in self._taken:
            chosen, number = f"{name}-{number}{suffix}", number + 1
        self._taken.add(chosen.casefold())
        self.written.append(chosen)
        return self._folder / chosen

    def _copy(self, path: Path, name: str) -> None:
        if self._made not in path.parents or not path.exists():
            return
        suffix = "".join(path.suffixes[-2:]) if path.suffix in {".gz", ".bz2", ".xz"} else path.suffix
        target = self._place(name, suffix)
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(path, target)

    def _write_csv(self, table: list[dict[str, Any]], name: str) -> None:
        heads = list(dict.fromkeys(key for row in table for key in row))
        with self._place(name, ".csv").open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            writer = csv.DictWriter(file, heads)
            writer.writeheader()
            writer.writerows(table)

    def _write_array(self, value: Any, name: str) -> None:
        import numpy as np

        array = np.asarray(value)
        if not array.dtype.hasobject:
            with self._place(name, ".npy").open("wb") as file:
                np.save(file, array, allow_pickle=False)
