"""Names and values from files and modules are shown as they are, and no terminal obeys them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b31m"
MARKUP = "[red]not red[/red] [/] [link=http://x]"
HOSTILE = f"""
from treadle import log, progress
EVIL = {ESCAPE + MARKUP!r}
def step(x: str = "") -> dict:
    log(EVIL)
    progress(0.5, EVIL)
    return {{EVIL: EVIL, "rows": [{{EVIL: EVIL, "n": 1}}], "list": [EVIL], "many": EVIL + "\\n" + EVIL}}
def broken(x: str = "") -> int:
    raise ValueError(EVIL + "\\n" + EVIL)
"""


@pytest.fixture
def hostile(workspace):
    pipeline, steps = workspace.pipeline(HOSTILE)
    pipeline.title = ESCAPE + MARKUP
    pipeline.add(f"{steps}:step", x=__import__("treadle").sweep([ESCAPE + MARKUP, "b"]))
    pipeline.add(f"{steps}:broken").title = ESCAPE
    return workspace.save(pipeline)


def assert_harmless(text: str) -> None:
    for bad in ("\x1b]", "\x1b[2J", "\x9b", "\x07", "\x9d"):
        assert bad not in text


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("option", [[], ["-v"], ["--json"], ["--dry-run"]])
def test_a_run_on_a_terminal(terminal, hostile, option, columns):
    done = terminal("run", hostile, *option, columns=columns)
    assert_harmless(done.out)
    assert done.code == (0 if option == ["--dry-run"] else 1)
    if option != ["--dry-run"]:
        assert "[red]not red[/red] [/] [link=http://x]" in done.out.replace("\n", "").replace("  ", " ")


def test_a_run_in_a_pipe(treadle, hostile):
    done = treadle("run", hostile)
    assert_harmless(done.out + done.err)
    assert r"\x1b]0;owned\x07\x1b[2J\x9b31m[red]not red[/red]" in done.out
    assert "\x1b" not in done.out


def test_the_document_holds_the_values_as_they_are(treadle, hostile):
    found = treadle("run", hostile, "--json").json
    assert found["outputs"]["step"]["out"][0][ESCAPE + MARKUP] == ESCAPE + MARKUP


def test_a_check_and_its_comparison(treadle, workspace, hostile):
    text = json.loads(Path(hostile).read_text())
    (key,) = (key for key in text["modules"] if key.endswith("broken"))
    text["modules"][key]["outputs"] = [{"name": f"out{ESCAPE}"}]
    text["nodes"]["broken"]["params"] = {f"x{ESCAPE}": 1}
    path = workspace.folder / "bad.treadle"
    path.write_text(json.dumps(text))
    for arguments in (["check"], ["check", "--import"], ["run"]):
        done = treadle(*arguments, str(path))
        assert done.code in {3, 4}
        assert_harmless(done.out + done.err)


def test_asking_to_trust(terminal, treadle, workspace, home):
    source = {"source": "def f() -> int:\n    return 1\n", "name": f"f{ESCAPE}", "outputs": [{"name": "out"}]}
    path = workspace.folder / f"{ESCAPE.replace('/', '')}.treadle"
    path.write_text(json.dumps({"treadle": 1, "nodes": {"a": {"module": "m"}}, "modules": {"m": source}}))
    for done in (
        treadle("run", str(path)),
        treadle("trust", str(path)),
        terminal("run", str(path), answer="n"),
    ):
        assert_harmless(done.out + done.err)


def test_arguments_and_missing_files(treadle):
    for arguments in (
        ["run", f"x{ESCAPE}"],
        [f"c{ESCAPE}"],
        ["run", "x", f"--{ESCAPE}"],
        ["modules", ESCAPE],
    ):
        done = treadle(*arguments)
        assert done.code in {2, 3}
        assert_harmless(done.err)
