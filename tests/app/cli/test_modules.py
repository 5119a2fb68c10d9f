"""`treadle modules`: lists, searches and describes, readable at any width."""

from __future__ import annotations

import subprocess
import sys

import pytest

from treadle.app.cli.text import cells


@pytest.fixture(autouse=True)
def cache(home, tmp_path_factory, monkeypatch):
    """Describe the modules once for all tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "treadle-cache"))


def test_in_a_pipe_each_module_is_a_line_with_its_whole_path(treadle):
    done = treadle("modules")
    assert done.code == 0
    paths = [line.split()[-1] for line in done.out.splitlines()]
    assert "treadle.core.library.text:change_case" in paths
    assert all(path.startswith("treadle.core.library.") for path in paths)
    assert "…" not in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("word", [[], ["csv"]])
def test_on_a_terminal_nothing_is_folded(terminal, columns, word):
    done = terminal("modules", *word, columns=columns)
    assert done.code == 0
    lines = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in done.out.splitlines()]
    assert max(map(cells, lines)) <= columns
    assert any(line.endswith(("treadle.core.library.formats:read_csv", "treadle…formats:read_csv")) for line in lines)
    assert not [line for line in lines if " …" in line], "no path is cut"


def test_a_word_finds_modules(treadle):
    done = treadle("modules", "csv")
    assert done.code == 0
    assert len(done.out.splitlines()) < 10
    assert "treadle.core.library.formats:read_csv" in done.out


def test_a_word_that_finds_nothing_says_what_else_can_be_placed(treadle):
    done = treadle("modules", "zzzzzz")
    assert done.code == 3
    assert "no module matches 'zzzzzz'. Any function can be placed by its import path" in done.err


def test_an_import_path_is_described(treadle):
    done = treadle("modules", "treadle.core.library.text:change_case")
    assert done.code == 0, done.err
    assert done.out.startswith("Change case  treadle.core.library.text:change_case\n")
    assert "Inputs\n" in done.out
    assert "required" in done.out
    assert "Runs on serial, " in done.out


def test_any_function_of_an_installed_package_is_described(treadle):
    done = treadle("modules", "textwrap:shorten")
    assert done.code == 0, done.err
    assert "width" in done.out


@pytest.mark.parametrize("path", ["no_such_package:f", "textwrap:shorten_it", "textwrap:", ":", "a b:c"])
def test_an_import_path_that_leads_nowhere_is_refused(treadle, path):
    done = treadle("modules", path)
    assert done.code == 3, done.err
    assert done.err.startswith("treadle: ")
    assert "Traceback" not in done.err


def test_a_reader_that_leaves_early_is_no_error():
    command = f"{sys.executable} -m treadle modules | head -1"
    done = subprocess.run(["/bin/bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
