"""A home, a folder for temporary files and an import path that belong to one test alone."""

from __future__ import annotations

import itertools
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from treadle import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("TREADLE_DEBUG", raising=False)
    return folder


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Return where temporary files go: what a run leaves behind is seen there."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(autouse=True)
def import_path(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))


class Workspace:
    """A folder with modules of its own and the pipelines that use them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def module(self, text: str) -> str:
        """Write a Python module and return its name, which no other has."""
        name = f"steps_of_test_{next(NUMBERS)}"
        (self.folder / f"{name}.py").write_text(f"from treadle import module\n{text}")
        if str(self.folder) not in sys.path:
            sys.path.append(str(self.folder))
        return name

    def pipeline(self, text: str) -> tuple[Pipeline, str]:
        """Return an empty pipeline and the name of a module with this text."""
        return Pipeline("demo"), self.module(text)

    def save(self, pipeline: Pipeline, name: str = "demo.treadle") -> str:
        return str(pipeline.save(self.folder / name))

    def single(self, text: str, **inputs) -> str:
        """Save a pipeline of one node, the function ``step`` of this text."""
        pipeline, steps = self.pipeline(text)
        pipeline.add(f"{steps}:step", **inputs)
        return self.save(pipeline)


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "work")
