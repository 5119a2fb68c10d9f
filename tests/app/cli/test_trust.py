"""A file that can run code is run only where it was made or trusted."""

from __future__ import annotations

import io
import json
import shutil
import sys
from importlib import resources
from pathlib import Path

import pytest

from treadle import Pipeline
from treadle.app.cli.trusting import refuse_untrusted
from treadle.core.errors import RefusedError

EXAMPLE = Path(str(resources.files("treadle.resources") / "examples" / "first_run.treadle"))


@pytest.fixture
def stranger(workspace, home):
    """Return a file with code that was made on another machine."""
    file = workspace.single("def step(x: int = 1) -> int:\n    return x\n")
    shutil.rmtree(home)
    home.mkdir()
    return file


def test_a_file_made_here_needs_no_question(treadle, workspace):
    assert treadle("run", workspace.single("def step() -> int:\n    return 1\n")).code == 0


def test_a_file_from_elsewhere_is_refused_and_told_what_it_would_run(treadle, stranger):
    done = treadle("run", stranger)
    assert done.code == 4
    assert done.out == ""
    assert "step  steps_of_test_" in done.err
    assert "neither made nor trusted on this machine. Read it; then `treadle trust " in done.err


def test_trust_on_the_command_line_is_for_this_time_only(treadle, stranger):
    assert treadle("run", stranger, "--trust").code == 0
    assert treadle("run", stranger).code == 4


def test_trust_is_remembered_until_the_file_changes(treadle, stranger):
    done = treadle("trust", stranger)
    assert done.code == 0
    assert "is trusted on this machine, until it is changed" in done.out
    assert "step  steps_of_test_" in done.out
    assert treadle("run", stranger).code == 0
    path = Path(stranger)
    changed = json.loads(path.read_text())
    changed["nodes"]["step"]["params"] = {"x": 2}
    path.write_text(json.dumps(changed))
    assert treadle("run", stranger).code == 4


def test_a_setting_on_the_command_line_does_not_make_a_file_a_stranger(treadle, stranger):
    treadle("trust", stranger)
    assert treadle("run", stranger, "--set", "step.x=5").code == 0


def test_in_a_terminal_it_is_asked_once_and_remembered(terminal, stranger):
    first = terminal("run", stranger, answer="y")
    assert first.code == 0, first.out
    assert "Trust it? [y/N]" in first.out
    again = terminal("run", stranger)
    assert again.code == 0
    assert "[y/N]" not in again.out


def test_in_a_terminal_no_is_no(terminal, treadle, stranger):
    assert terminal("run", stranger, answer="n").code == 4
    assert treadle("run", stranger).code == 4


class Terminal(io.StringIO):
    """Somebody sits there, and types what it holds."""

    def isatty(self):
        return True


@pytest.mark.parametrize(("typed", "left"), [("", "[y/N] \n"), ("n\n", "[y/N] ")])
def test_what_is_said_next_begins_on_a_line_of_its_own(stranger, monkeypatch, typed, left):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(RefusedError):
        refuse_untrusted(Pipeline.load(stranger), stranger)
    assert screen.getvalue().endswith(left)


def test_without_a_terminal_nothing_is_asked(process, stranger):
    done = process("run", stranger)
    assert done.code == 4
    assert "[y/N]" not in done.err


def test_bundled_examples_need_no_question(process):
    done = process("run", str(EXAMPLE), "--json")
    assert done.code == 0, done.err


def test_a_changed_example_is_a_stranger_only_if_it_can_run_code(treadle, workspace):
    changed = json.loads(EXAMPLE.read_text())
    changed["title"] = "another"
    path = workspace.folder / "changed.treadle"
    path.write_text(json.dumps(changed))
    from treadle import Pipeline
    from treadle.core.trust import code_nodes

    expected = 4 if code_nodes(Pipeline.load(path)) else 0
    assert treadle("run", str(path), "--json").code == expected


def test_a_file_that_cannot_run_is_not_trusted_and_its_problems_are_told(treadle, workspace, stranger):
    path = Path(stranger)
    broken = json.loads(path.read_text())
    broken["connections"] = {"step.x": {"from": "nobody.out"}}
    broken["nodes"]["step"]["params"] = {"nonsense": 1}
    path.write_text(json.dumps(broken))
    done = treadle("trust", stranger)
    assert done.code == 3
    assert done.out == ""
    assert "nobody" in done.err
    assert "nonsense" in done.err
    from treadle import Pipeline
    from treadle.core.trust import TrustStore

    assert not TrustStore().is_trusted(Pipeline.load(path))
