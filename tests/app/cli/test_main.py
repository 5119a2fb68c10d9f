"""How the command ends when something is wrong with Treadle itself, its output or its streams."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

from treadle.__main__ import main
from treadle.core.errors import InternalError

# The package offers the function `main` under the same name.
MODULE = importlib.import_module("treadle.app.cli.main")
STEP = "def step(x: int = 1) -> int:\n    return x\n"


def fail_with(error):
    def command(_options):
        raise error

    return lambda _name: command


def test_a_bug_is_told_in_a_line_that_asks_for_a_report(treadle, monkeypatch):
    monkeypatch.setattr(MODULE, "_command", fail_with(ZeroDivisionError("oh")))
    done = treadle("check", "x")
    assert done.code == 1
    assert "a bug in Treadle (ZeroDivisionError: oh). Please report it" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("error", [ZeroDivisionError("oh"), InternalError("oh")])
def test_with_treadle_debug_a_bug_shows_where_it_happened(treadle, monkeypatch, error):
    monkeypatch.setattr(MODULE, "_command", fail_with(error))
    monkeypatch.setenv("TREADLE_DEBUG", "1")
    with pytest.raises(type(error)):
        treadle("check", "x")


def test_an_internal_error_is_told_in_a_line(treadle, monkeypatch):
    monkeypatch.setattr(MODULE, "_command", fail_with(InternalError("oh")))
    assert "This is a bug in Treadle; please report it" in treadle("check", "x").err


def test_an_interrupt_while_the_command_line_is_imported_ends_with_130(monkeypatch, capsys):
    class Interrupts:
        def find_spec(self, name, *_):
            if name == "treadle.app.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "treadle.app.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupts(), *sys.meta_path])
    assert main() == 130
    assert capsys.readouterr().err == "treadle: interrupted\n"


def test_an_interrupt_outside_a_run_ends_with_130(treadle, monkeypatch):
    monkeypatch.setattr(MODULE, "_command", fail_with(KeyboardInterrupt()))
    done = treadle("check", "x")
    assert (done.code, done.err) == (130, "treadle: interrupted\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")  # noqa: PTH110
def test_a_full_disk_is_told_in_a_line(workspace):
    file = workspace.single(STEP)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "treadle", "check", file],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "treadle: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("json", ["", "--json"])
def test_closed_streams_are_no_error(workspace, closed, json):
    command = f"{sys.executable} -m treadle run {workspace.single(STEP)} {json} {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
