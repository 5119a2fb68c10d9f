"""`treadle check`: what is wrong with a file, and whether its modules are still what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

STEP = "def step(x: int = 1) -> int:\n    return x\n"


def test_a_good_file_is_ready(treadle, workspace):
    file = workspace.single(STEP)
    done = treadle("check", file)
    assert (done.code, done.out) == (0, f"{file}: 1 node, ready to run\n")


def test_each_problem_is_a_line_and_the_exit_code_is_3(treadle, workspace):
    path = Path(workspace.single(STEP))
    changed = json.loads(path.read_text())
    changed["nodes"]["step"]["params"] = {"y": 1, "z": 2}
    path.write_text(json.dumps(changed))
    done = treadle("check", str(path))
    assert done.code == 3
    assert len(done.out.splitlines()) == 2
    assert all(line.startswith("error: nodes.step") for line in done.out.splitlines())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"treadle": 99}', '{"a": NaN}', '{"nodes": 3}'])
def test_what_is_no_pipeline_is_refused_in_one_line(treadle, workspace, text):
    path = workspace.folder / "bad.treadle"
    path.write_text(text)
    done = treadle("check", str(path))
    assert done.code == 3
    assert done.err.count("\n") == 1


def test_a_missing_file_is_refused(treadle, workspace):
    assert treadle("check", str(workspace.folder / "none.treadle")).code == 3


@pytest.mark.parametrize("command", ["check", "run", "trust"])
def test_the_name_of_an_example_in_place_of_a_file_tells_how_to_get_at_it(treadle, command):
    done = treadle(command, "first_run")
    assert done.code == 3
    assert 'write "$(treadle examples first_run)"' in done.err


def test_a_module_that_is_as_the_file_says_is_fine(treadle, workspace):
    done = treadle("check", "--import", workspace.single(STEP))
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("def step(x: int, y: int) -> int: ...", "the function has a new input 'y'"),
        ("def step() -> int: ...", "the function no longer has the input 'x'"),
        ("def step(x: str = '') -> int: ...", "the input 'x' is now str, and the file says int"),
        ("def step(x: int = 1) -> str: ...", "the output 'out' is now str, and the file says int"),
        ("def step(x: int = 1, /) -> int: ...", "the input 'x' is now passed as positional"),
        ("raise RuntimeError('out of order')", "out of order"),
        ("def stepp(): ...", "has no 'step'"),
    ],
)
def test_a_module_that_has_changed_is_reported(treadle, workspace, now, told):
    file = workspace.single(STEP)
    (written,) = workspace.folder.glob("*.py")
    written.write_text(now)
    done = treadle("check", "--import", file)
    assert done.code == 3
    assert told in done.out
