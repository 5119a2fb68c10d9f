"""Which command lines open the window."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from treadle.app.cli.main import main


@pytest.fixture
def opened(monkeypatch):
    monkeypatch.setattr(importlib.import_module("treadle.app.cli.main"), "require_screen", lambda: None)
    return []


@pytest.mark.parametrize("line", [[], ["a.treadle"], ["a.treadle", "b.treadle"], ["./here"]])
def test_files_and_nothing_open_the_window(opened, line):
    def open_window(files):
        opened.append(files)
        return 0

    assert main(line, open_window) == 0
    assert opened == [[Path(name) for name in line]]


@pytest.mark.parametrize("line", [["rnu"], ["--nothing"], ["a.treadle", "--nothing"], ["check", "a.treadle"]])
def test_commands_and_options_do_not(opened, line, capsys):
    assert main(line, opened.append) != 0
    assert not opened
    assert "treadle:" in capsys.readouterr().err
