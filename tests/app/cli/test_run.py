"""`treadle run`: what it prints, what it sets, what it writes, and how it ends."""

from __future__ import annotations

import csv
import json
import re
from importlib import resources

import pytest

from treadle import Pipeline, sweep, zipped

ADD = "def step(x: int = 1, y: int = 2) -> int:\n    return x + y\n"
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
FAILS = "def step(x: int = 1) -> int:\n    raise ValueError(f'no {x} here')\n"
HALF = "def step(x: int) -> int:\n    return 10 // x\n"
KINDS = """
from pathlib import Path
def step(
    n: int = 1, f: float = 1.0, s: str = "", p: Path = Path("."), b: bool = False, many: list[int] = [],
) -> dict:
    return {"n": n, "f": f, "s": s, "p": str(p), "b": b, "many": many}
"""


def answer(done):
    return done.json["outputs"]["step"]["out"]


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


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("n=5", "n", 5),
        ("f=0.25", "f", 0.25),
        ("s=5", "s", "5"),
        ("s=", "s", ""),
        ('s={"a": 1}', "s", '{"a": 1}'),
        ("s=a=b", "s", "a=b"),
        ("b=true", "b", True),
        ("many=[1, 2]", "many", [1, 2]),
    ],
)
def test_a_setting_has_the_type_of_its_parameter(treadle, workspace, setting, key, value):
    done = treadle("run", workspace.single(KINDS), "--json", "--set", f"step.{setting}")
    assert answer(done)[key] == value


def test_a_path_that_is_typed_counts_from_where_it_is_typed(treadle, workspace, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = treadle("run", workspace.single(KINDS), "--json", "--set", "step.p=data/a.txt")
    assert answer(done)["p"] == str(tmp_path / "data" / "a.txt")


def test_a_setting_of_the_wrong_type_is_refused(treadle, workspace):
    done = treadle("run", workspace.single(ADD), "--set", "step.x=much")
    assert done.code == 3
    assert "step" in done.err
    assert "x" in done.err


def test_a_setting_takes_the_place_of_a_connection_and_of_a_sweep(treadle, workspace):
    pipeline, steps = workspace.pipeline(ADD)
    first = pipeline.add(f"{steps}:step", id="first", x=sweep([1, 2, 3]))
    pipeline.add(f"{steps}:step", x=first.out)
    file = workspace.save(pipeline)
    assert answer(treadle("run", file, "--json")) == [5, 6, 7]
    assert answer(treadle("run", file, "--json", "--set", "first.x=10")) == 14
    assert answer(treadle("run", file, "--json", "--set", "step.x=10")) == 12
    assert answer(treadle("run", file, "--json", "--set", "step.x=10", "--set", "step.y=1")) == 11


def test_a_setting_reaches_into_a_group(treadle, workspace):
    inner, steps = workspace.pipeline(ADD)
    inner.add(f"{steps}:step", x=5)
    outer = Pipeline("outer")
    outer.add_group(inner, id="group")
    done = treadle("run", workspace.save(outer), "--json", "--set", "group/step.x=40")
    assert done.code == 0, done.err
    assert done.json["outputs"]["group/step"]["out"] == 42


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("stepp.x=1", "there is no node 'stepp'. Did you mean 'step'?"),
        ("step.xx=1", "has no parameter 'xx'. Did you mean 'x'?"),
        ("step.x", "this is not NODE.PARAM=VALUE"),
        ("x=1", "this is not NODE.PARAM=VALUE"),
        ("a/step.x=1", "there is no node 'a/step'"),
    ],
)
def test_a_setting_of_what_is_not_there_is_refused(treadle, workspace, setting, told):
    done = treadle("run", workspace.single(ADD), "--set", setting)
    assert done.code == 2
    assert told in done.err


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


def test_verbose_tells_scheme_and_reason_on_standard_error(treadle, workspace):
    done = treadle("run", workspace.single(ADD), "-v", "-x", "serial")
    lines = done.err.splitlines()
    assert lines[0].startswith("step: dispatched to serial: ")
    assert lines[-1].startswith("step: succeeded in ")
    assert "dispatched" not in done.out


def test_breakpoints_stop_no_run_of_the_command_line_and_verbose_says_so_once(treadle, workspace):
    pipeline = Pipeline("stopping")
    one = pipeline.add("operator:add", id="one", a=1, b=2)
    pipeline.add("operator:neg", id="two", a=one.out).breakpoint = True
    file = workspace.save(pipeline)
    done = treadle("run", file, "-v", "-x", "serial", "--no-cache")
    assert done.code == 0
    assert done.err.count("breakpoints") == 1
    assert "passed over: two" in done.err
    assert "breakpoints" not in treadle("run", file, "-x", "serial", "--no-cache").err


def test_verbose_tells_what_modules_log_and_how_far_they_are(treadle, workspace):
    text = "from treadle import log, progress\n"
    text += "def step() -> int:\n    log('a word')\n    progress(0.5, 'half')\n    return 1\n"
    lines = treadle("run", workspace.single(text), "-v").err.splitlines()
    assert "step: a word" in lines
    assert "step: 50% half" in lines


def test_verbose_calls_an_item_by_its_labels_in_every_line(treadle, workspace):
    text = "from treadle import log\ndef step(x: str) -> str:\n    log('a word')\n    return x\n"
    lines = treadle("run", workspace.single(text, x=sweep(["ada"])), "-v").err.splitlines()
    assert "step (x ada): a word" in lines
    assert all(line.startswith("step (x ada): ") for line in lines)


def test_a_failed_run_shows_the_traceback_of_the_module(treadle, workspace):
    done = treadle("run", workspace.single(FAILS))
    assert done.code == 1
    assert "✗ step: no 1 here" in done.out
    assert "raise ValueError" in done.out
    assert done.out.startswith("Failed in ")


def test_results_are_written_as_files(treadle, workspace):
    text = """
import numpy as np
from pathlib import Path
from typing import NamedTuple
from treadle import scratch
class Found(NamedTuple):
    table: list
    array: object
    note: Path
    notes: list
    record: dict
    folder: Path
    objects: object
def step() -> Found:
    for name in "abc":
        (scratch() / f"{name}.txt").write_text(name)
    made = scratch() / "many.d"
    made.mkdir()
    (made / "inside.txt").write_text("inside")
    b, c = scratch() / "b.txt", scratch() / "c.txt"
    return Found([{"x": 1, "y": "a"}, {"x": 2, "z": 3.5}], np.arange(3), scratch() / "a.txt", [b, c],
        {"rows": [{"n": 1}], "plain": 1}, made, np.array([object()], dtype=object))
"""
    output = workspace.folder / "new" / "results"
    done = treadle("run", workspace.single(text), "--output", str(output))
    assert done.code == 0, done.err
    names = sorted(path.name for path in output.iterdir())
    assert names == [
        "results.json", "step-array.npy", "step-folder.d", "step-note.txt", "step-notes-0.txt",
        "step-notes-1.txt", "step-record-rows.csv", "step-table.csv",
    ]  # fmt: skip
    with (output / "step-table.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["x", "y", "z"], ["1", "a", ""], ["2", "", "3.5"]]
    assert (output / "step-notes-1.txt").read_text() == "c"
    assert (output / "step-folder.d" / "inside.txt").read_text() == "inside"
    found = json.loads((output / "results.json").read_text())
    step = found["outputs"]["step"]
    assert step["note"] == {"type": "file", "name": "a.txt", "bytes": 1}
    assert step["folder"] == {"type": "folder", "name": "many.d", "files": 1, "bytes": 6}
    assert f"Written to {output}: " in done.out
    assert "--output" not in done.out
    import numpy as np

    assert np.load(output / "step-array.npy").tolist() == [0, 1, 2]


def test_results_can_be_written_twice_to_the_same_place(treadle, workspace):
    text = """
from pathlib import Path
from treadle import scratch
def step() -> Path:
    made = scratch() / "d"
    made.mkdir()
    (made / "a").write_text("a")
    return made
"""
    file, output = workspace.single(text), str(workspace.folder / "results")
    assert treadle("run", file, "--output", output).code == 0
    assert treadle("run", file, "--output", output).code == 0


def test_a_file_that_was_there_before_is_named_and_not_copied(treadle, workspace):
    text = "from pathlib import Path\ndef step() -> Path:\n    return Path(__file__)\n"
    output = workspace.folder / "results"
    done = treadle("run", workspace.single(text), "--json", "--output", str(output))
    assert answer(done).endswith(".py")
    assert [path.name for path in output.iterdir()] == ["results.json"]


def test_names_that_look_alike_as_files_stay_apart(treadle, workspace):
    pipeline, steps = workspace.pipeline("def step() -> list:\n    return [{'a': 1}]\n")
    pipeline.add(f"{steps}:step", id="a-b")
    pipeline.add(f"{steps}:step", id="A-B")
    output = workspace.folder / "results"
    assert treadle("run", workspace.save(pipeline), "--output", str(output)).code == 0
    assert sorted(path.name.casefold() for path in output.iterdir()) == [
        "a-b-2.csv",
        "a-b.csv",
        "results.json",
    ]


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(treadle, workspace):
    ran = workspace.folder / "ran"
    file = workspace.single(f"def step() -> int:\n    open({str(ran)!r}, 'w').close()\n    return 1\n")
    (workspace.folder / "taken").write_text("a file")
    for place in ("taken", "taken/inside"):
        done = treadle("run", file, "--output", str(workspace.folder / place))
        assert done.code == 2
        assert "the results cannot be written: " in done.err
    assert not ran.exists()


def test_nothing_is_left_in_the_folder_for_temporary_files(treadle, workspace, temporary):
    treadle("run", workspace.single(ADD))
    treadle("run", workspace.single(FAILS))
    assert list(temporary.iterdir()) == []


def test_a_module_that_ends_the_process_is_a_failed_task(treadle, workspace):
    done = treadle("run", workspace.single("import sys\ndef step() -> int:\n    sys.exit(3)\n"))
    assert done.code == 1
    assert "sys.exit(3)" in done.out


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


@pytest.mark.parametrize("columns", [80, 120])
def test_a_run_on_a_terminal_shows_bars_and_a_summary_that_fits(terminal, workspace, columns):
    from treadle.app.cli.text import cells

    text = """
import numpy as np
from pathlib import Path
from treadle import scratch
def step(x: int) -> dict:
    if x == 3:
        raise ValueError("a sentence that is longer than a line of the terminal " * 3)
    (scratch() / "note.txt").write_text("x" * 7110)
    return {"a table": [{f"column {n}": n * 1000.5 for n in range(30)}] * 30, "array": np.zeros((3, 4))}
def note() -> Path:
    (scratch() / "note.txt").write_text("x" * 7110)
    return scratch() / "note.txt"
"""
    pipeline, steps = workspace.pipeline(text)
    pipeline.add(f"{steps}:step", id="failing", x=3)
    pipeline.add(f"{steps}:step", id="first", x=1)
    pipeline.add(f"{steps}:note", id="note")
    done = terminal("run", workspace.save(pipeline), columns=columns)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.out)
    summary = plain[plain.index("Failed in ") :].splitlines()
    assert done.code == 1
    assert "3 tasks: 1 failed, 2 succeeded" in summary[0]
    # A traceback is shown as Python writes it.
    assert max(map(cells, summary[: summary.index("  Traceback (most recent call last):")])) <= columns
    assert "first" in plain
    assert "1/1" in plain
    assert "note  note.txt, 7.1 kB" in summary
    assert "  array  3 × 4 array of float64, 0 to 0" in summary
    assert "  a table  30 rows" in summary
    assert any("more rows" in line and "more columns" in line for line in summary)
    assert "To keep files, arrays and whole tables, run it with --output DIR." in summary


ODD = "def step(x: int) -> float:\n    return [float('nan'), float('inf'), -float('inf'), 1 / (x - 3)][x]\n"


def test_numbers_that_json_lacks_are_texts_and_a_failed_item_alone_is_null(treadle, workspace):
    done = treadle("run", workspace.single(ODD, x=sweep([0, 1, 2, 3])), "--json")
    assert answer(done) == ["NaN", "Infinity", "-Infinity", None]


def test_numbers_that_are_not_finite_are_shown_as_python_writes_them(treadle, workspace):
    done = treadle("run", workspace.single(ODD, x=sweep([0, 1, 2])))
    assert "nan, inf, -inf" in done.out


def grouped(workspace, **inputs):
    inner, steps = workspace.pipeline(ADD)
    inner.add(f"{steps}:step", id="add")
    outer = Pipeline("demo")
    outer.add_group(inner, id="g", **inputs)
    return workspace.save(outer)


def test_a_parameter_that_a_group_feeds_is_set_at_the_group(treadle, workspace):
    file = grouped(workspace, y=3)
    done = treadle("run", file, "--set", "g/add.y=7")
    assert done.code == 2
    assert "it is fed by the group's input 'y': set g.y" in done.err
    done = treadle("run", file, "--json", "--set", "g.y=7")
    assert done.json["outputs"]["g/add"]["out"] == 8


def test_a_parameter_in_a_group_that_nothing_feeds_can_be_set(treadle, workspace):
    done = treadle("run", grouped(workspace, y=3), "--json", "--set", "g/add.x=7")
    assert done.json["outputs"]["g/add"]["out"] == 10


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
