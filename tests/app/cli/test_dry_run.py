"""`treadle run --dry-run` shows the plan, and executes and imports nothing."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from single_steps import ADD

from treadle import sweep

DRY = """
import sys
seen = []
def hear(event, arguments):
    # The file of a module is read, to see whether it has changed; it is not compiled.
    if event in {"import", "exec", "compile", "subprocess.Popen", "os.system"}:
        seen.append((event, str(arguments[0])))
sys.addaudithook(hear)
from treadle.app.cli import main
code = main(sys.argv[1:])
bad = [one for one in seen if "steps_of_test" in one[1] or one[0] in {"subprocess.Popen", "os.system"}]
sys.exit(f"{code} {bad}" if code or bad else 0)
"""


@pytest.mark.parametrize("arguments", [["run", "--dry-run"], ["check"]])
def test_a_dry_run_and_a_check_execute_and_import_nothing(workspace, arguments):
    import subprocess
    import sys

    pipeline, steps = workspace.pipeline("raise SystemExit('imported')\n")
    (workspace.folder / f"{steps}.py").write_text("def step(x: int = 1) -> int:\n    return x\n")
    first = pipeline.add(f"{steps}:step")
    pipeline.add("treadle.core.library.shell:shell_line", line=first.out.apply(str))
    file = workspace.save(pipeline)
    (workspace.folder / f"{steps}.py").write_text("raise SystemExit('imported')")
    command = [sys.executable, "-c", DRY, *arguments, file]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_dry_run_shows_the_plan(treadle, workspace):
    pipeline, steps = workspace.pipeline(ADD)
    first = pipeline.add(f"{steps}:step", id="first", x=sweep([1, 2, 3], axis="size"))
    pipeline.add(f"{steps}:step", x=first.out).n_procs = 2
    done = treadle("run", workspace.save(pipeline), "--dry-run", "--n-procs", "2")
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0] == "demo"
    assert lines[1].split() == ["node", "calls", "once", "for", "each", "tasks", "cores"]
    assert lines[2].split() == ["first", f"{steps}:step", "size", "3", "1"]
    assert lines[4] == "2 nodes, on processes, 0.25 GB each, all never run. Nothing was executed."


def test_as_a_document_a_dry_run_says_the_same(treadle, workspace):
    pipeline, steps = workspace.pipeline(ADD)
    first = pipeline.add(f"{steps}:step", id="first", x=sweep([1, 2, 3], axis="size"))
    pipeline.add(f"{steps}:step", id="second", x=first.out).n_procs = 2
    asked = ["run", workspace.save(pipeline), "--dry-run", "--n-procs", "2", "--json"]
    found = treadle(*asked).json
    assert found["name"] == "demo"
    assert [(one["node"], one["axes"], one["tasks"], one["n_procs"]) for one in found["nodes"]] == [
        ("first", ["size"], 3, 1),
        ("second", ["size"], 3, 2),
    ]
    assert found["nodes"][0] == {
        "node": "first", "calls": f"{steps}:step", "axes": ["size"], "tasks": 3, "schemes": ["processes"],
        "n_procs": 1, "mem_gb": 0.25, "results": {"state": "never run", "stale": 3, "reason": ""},
    }  # fmt: skip
    (first, _) = treadle(*asked, "-v").json["nodes"]
    assert first["chosen"] == "processes"
    assert [one["scheme"] for one in first["candidates"]] == ["ipython", "processes", "threads", "serial"]
    assert treadle(*asked, "--no-cache").json["nodes"][0]["results"] is None


def test_a_dry_run_says_on_request_where_nodes_would_run_and_why(treadle, workspace):
    pipeline, steps = workspace.pipeline(ADD)
    first = pipeline.add(f"{steps}:step", id="first", x=1)
    pipeline.add(f"{steps}:step", id="second", x=first.out)
    done = treadle("run", workspace.save(pipeline), "--dry-run", "-v")
    assert done.code == 0
    at = done.out.splitlines().index("first, second")
    assert done.out.splitlines()[at + 1 : at + 5] == [
        "  not on ipython: no cluster runs",
        "  runs on processes: threads not supported by this module",
        "  not on threads: not supported by this module",
        "  could run on serial: only for what no other scheme can take",
    ]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_dry_run_fits_the_terminal(terminal, columns):
    from treadle.app.cli.text import cells

    example = resources.files("treadle.resources") / "examples" / "fmri_quality_control.treadle"
    done = terminal("run", str(example), "--dry-run", columns=columns)
    lines = [re.sub(r"\x1b\[\d*m", "", line) for line in done.out.splitlines()]
    assert done.code == 0
    assert max(map(cells, lines)) <= columns
    assert sum("smooth_img" in line for line in lines) == 1
