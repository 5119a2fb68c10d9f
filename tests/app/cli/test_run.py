"""`treadle run`: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from single_steps import ADD, FAILS, answer

from treadle import Pipeline, sweep, zipped
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder

COMMAND = [sys.executable, "-m", "treadle"]
SECONDS = 60.0

NOISY = """
import ctypes, os, subprocess, sys
def step() -> int:
    ctypes.CDLL(None).printf(b"from C code\\n")
    print("printed")
    sys.stdout.write("written")
    os.write(1, b"to the descriptor")
    subprocess.run(["echo", "from a child"])
    return 1
"""
HALF = "def step(x: int) -> int:\n    return 10 // x\n"


def test_the_document_has_what_is_documented_and_no_more(treadle, workspace):
    done = treadle("run", workspace.single(ADD), "--json")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1
    found = done.json
    assert list(found) == ["run", "state", "makespan_s", "tasks", "schemes", "outputs", "failures"]
    assert found.pop("makespan_s") > 0
    assert found.pop("run") == treadle("runs", "show", "last", "--json").json["run"]
    assert found == {
        "state": "succeeded",
        "tasks": {"succeeded": 1},
        "schemes": {"processes": 1},
        "outputs": {"step": {"out": 3}},
        "failures": [],
    }


def test_the_document_tells_of_each_failure(treadle, workspace):
    done = treadle("run", workspace.single(FAILS), "--json")
    assert done.code == 1
    assert done.json["state"] == "failed"
    assert done.json["outputs"] == {"step": {"out": None}}
    (failure,) = done.json["failures"]
    assert failure["task"] == "step"
    assert failure["cause"] == "exception"
    assert failure["message"] == "no 1 here"
    assert "raise ValueError" in failure["traceback"]


@pytest.mark.parametrize("options", [[], ["--json"], ["-v"]])
def test_a_run_goes_on_though_nobody_reads_what_it_tells_and_ends_as_it_does(workspace, tmp_path, options):
    reading, writing = os.pipe()
    os.close(reading)
    told = ["--report", tmp_path / "report.html", "--output", tmp_path / "out"]
    command = [*COMMAND, "run", workspace.single(FAILS), *options, *told]
    code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, timeout=SECONDS)
    os.close(writing)
    assert code == 1
    (kept,) = list_runs(runs_folder()).readable
    assert (kept.state, kept.counts) == ("failed", {"failed": 1})
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "out" / "results.json").exists()


def test_standard_output_holds_the_document_alone_though_modules_print(process, workspace):
    done = process("run", workspace.single(NOISY), "--json", "-x", "serial")
    assert done.code == 0
    assert answer(done) == 1
    assert "to the descriptor" in done.err
    assert "from a child" in done.err
    assert "from C code" in done.err


def test_values_that_json_does_not_have_are_described(treadle, workspace):
    text = """
import numpy as np, math
def step() -> dict:
    return {"array": np.arange(6.0).reshape(2, 3), "nan": math.nan, "scalar": np.float32(0.5), "set": {1},
            "large": 10 ** 6000, (1, 2): 3}
def other() -> dict:
    return {"array": np.arange(6.0).reshape(2, 3), "nan": math.nan, "scalar": np.float32(0.5), "set": {1},
            "large": 10 ** 6000, 7: "seven"}
"""
    pipeline, steps = workspace.pipeline(text)
    pipeline.add(f"{steps}:step")
    pipeline.add(f"{steps}:other")
    outputs = treadle("run", workspace.save(pipeline), "--json").json["outputs"]
    assert outputs["step"]["out"]["type"] == "dict", "its keys cannot all be names"
    found = outputs["other"]["out"]
    array = {"type": "numpy.ndarray", "shape": [2, 3], "dtype": "float64", "range": [0.0, 5.0]}
    assert found["array"] == array
    assert (found["nan"], found["scalar"], found["7"]) == ("NaN", 0.5, "seven")
    assert found["set"]["type"] == "set"
    assert found["large"]["type"] == "int"


def test_a_value_that_breaks_when_it_is_looked_at_does_not_spoil_the_run(treadle, workspace):
    text = """
class Odd:
    def __getattribute__(self, name):
        raise RuntimeError("do not look")
    def __repr__(self):
        raise RuntimeError("do not look")
def step() -> object:
    return [1, Odd()]
"""
    done = treadle("run", workspace.single(text), "--json")
    assert done.code in {0, 1}
    assert set(done.json["tasks"]) <= {"succeeded", "failed"}


def test_a_list_that_holds_itself_is_described(treadle, workspace):
    text = "def step() -> list:\n    found = []\n    found.append(found)\n    return found\n"
    assert treadle("run", workspace.single(text), "--json").code == 0


def test_names_that_are_not_utf_8_can_be_written(process, workspace):
    text = "def step() -> str:\n    return 'caf\\udce9 \\N{SNOWMAN}'\n"
    file = workspace.single(text)
    for locale in ("C.UTF-8", "C"):
        output = workspace.folder / locale
        done = process("run", file, "--json", "--output", str(output), env={"LC_ALL": locale})
        assert done.code == 0, done.err
        assert answer(done) == "caf\udce9 \N{SNOWMAN}"
        assert json.loads((output / "results.json").read_text())["outputs"]["step"]["out"] == answer(done)


def test_until_runs_what_a_node_needs_and_no_more(treadle, workspace):
    pipeline, steps = workspace.pipeline(ADD)
    first = pipeline.add(f"{steps}:step", id="first")
    pipeline.add(f"{steps}:step", id="second", x=first.out)
    file = workspace.save(pipeline)
    assert treadle("run", file, "--json", "--until", "first").json["outputs"] == {"first": {"out": 3}}
    done = treadle("run", file, "--until", "frist")
    assert done.code == 2
    assert "Did you mean 'first'?" in done.err


def test_a_report_is_written_where_asked_and_a_place_that_cannot_be_is_refused_before(treadle, workspace, tmp_path):
    file = workspace.single(ADD)
    done = treadle("run", file, "--report", str(tmp_path / "new" / "out.html"))
    assert done.code == 0
    assert "Report: " in done.out
    assert "demo" in (tmp_path / "new" / "out.html").read_text()
    refused = treadle("run", file, "--report", "/dev/null/out.html")
    assert refused.code == 2


def test_on_error_stop_leaves_the_rest(treadle, workspace):
    pipeline, steps = workspace.pipeline(HALF)
    pipeline.add(f"{steps}:step", x=sweep([0, 1, 2]))
    file = workspace.save(pipeline)
    assert treadle("run", file, "--json").json["tasks"] == {"failed": 1, "succeeded": 2}
    stopped = treadle("run", file, "--json", "--on-error", "stop", "--n-procs", "1")
    assert stopped.code == 1
    assert "succeeded" not in stopped.json["tasks"]


@pytest.mark.parametrize("order", ["critical-path", "topological", "memory-first", "fifo", "lifo"])
def test_every_order_gives_the_same_answer(treadle, workspace, order):
    assert answer(treadle("run", workspace.single(ADD), "--json", "--order", order)) == 3


@pytest.mark.parametrize("option", [("--memory-gb", "0.001"), ("--n-procs", "1")])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_too_little_for_a_node_is_refused_before_anything_runs(treadle, workspace, option, dry):
    pipeline, steps = workspace.pipeline("def step() -> int:\n    open('ran', 'w')\n    return 1\n")
    pipeline.add(f"{steps}:step").n_procs = 2
    done = treadle("run", workspace.save(pipeline), *option, *dry)
    assert done.code == 4
    assert "step: it asks for" in done.err


def test_a_run_uses_only_the_schemes_that_are_preferred_in_their_order(treadle, workspace):
    file = workspace.single(ADD)
    for preference, scheme in (("threads,processes", "processes"), ("serial", "serial")):
        done = treadle("run", file, "--json", "--no-cache", "--prefer", preference)
        assert json.loads(done.out)["schemes"] == {scheme: 1}


def test_an_unknown_scheme_is_refused(treadle, workspace):
    done = treadle("run", workspace.single(ADD), "-x", "seriall")
    assert done.code == 2
    assert "Did you mean 'serial'?" in done.err


def test_a_file_that_is_none_is_refused(treadle, workspace):
    (workspace.folder / "bad.treadle").write_text("{")
    assert treadle("run", str(workspace.folder / "bad.treadle")).code == 3
    assert treadle("run", str(workspace.folder / "nowhere.treadle")).code == 3
    assert treadle("run", str(workspace.folder)).code == 3


def test_a_module_that_ends_the_process_is_a_failed_task(treadle, workspace):
    done = treadle("run", workspace.single("import sys\ndef step() -> int:\n    sys.exit(3)\n"))
    assert done.code == 1
    assert "sys.exit(3)" in done.out


ODD = "def step(x: int) -> float:\n    return [float('nan'), float('inf'), -float('inf'), 1 / (x - 3)][x]\n"


def test_numbers_that_json_lacks_are_texts_and_a_failed_item_alone_is_null(treadle, workspace):
    done = treadle("run", workspace.single(ODD, x=sweep([0, 1, 2, 3])), "--json")
    assert answer(done) == ["NaN", "Infinity", "-Infinity", None]


def test_numbers_that_are_not_finite_are_shown_as_python_writes_them(treadle, workspace):
    done = treadle("run", workspace.single(ODD, x=sweep([0, 1, 2])))
    assert "nan, inf, -inf" in done.out


def test_a_filter_leaves_no_gaps_in_the_document(treadle, workspace):
    pipeline = Pipeline("demo")
    pipeline.add(
        "treadle.core.library.control:filter",
        zipped(value=[1, 2, 3], keep=[True, False, True]),
        id="step",
    )
    assert answer(treadle("run", workspace.save(pipeline), "--json")) == [1, 3]


GROW = """
from typing import NamedTuple
class Grown(NamedTuple):
    out: int
    again: bool
def step(x: int = 0, until: int = 99) -> Grown:
    return Grown(x + 1, x + 1 < until)
"""
CUT = "loop 'grow' stopped at its bound of 10 rounds, though 'again' was still true"


@pytest.fixture
def growing(workspace):
    """Return a function that saves a loop of at most ten rounds."""

    def save(**inputs):
        pipeline, steps = workspace.pipeline(GROW)
        pipeline.add(f"{steps}:step", id="grow", **inputs).repeat("again", bound=10, x="out")
        return workspace.save(pipeline)

    return save


def test_a_loop_that_its_bound_ended_is_told_of(treadle, growing):
    done = treadle("run", growing(x=0), "--json")
    assert done.code == 0
    assert done.json["warnings"] == [CUT]
    assert CUT in treadle("run", growing(x=0)).out


def test_loops_over_items_that_their_bound_ended_are_told_of_together(treadle, growing):
    done = treadle("run", growing(x=0, until=sweep([5, 98, 99])), "--json")
    assert done.json["warnings"] == [CUT.replace("rounds,", "rounds for 2 items,")]


@pytest.mark.parametrize("until", [5, 10])
def test_a_loop_that_ended_by_itself_gives_no_warning(treadle, growing, until):
    done = treadle("run", growing(x=0, until=until), "--json")
    assert "warnings" not in done.json
    assert "bound" not in treadle("run", growing(x=0, until=until)).out


def test_a_run_took_as_long_by_its_own_word_as_by_its_journal(treadle, workspace):
    told = treadle("run", workspace.single(ADD), "--json", "--no-cache").json
    (kept,) = treadle("runs", "list", "--json").json
    assert told["makespan_s"] == kept["makespan_s"] > 0
