"""`treadle run --output`: results are written into a folder."""

from __future__ import annotations

import csv
import json
import shutil

from single_steps import ADD, FAILS, answer


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


def test_a_file_in_the_place_of_the_folder_is_told_before_anything_runs(treadle, workspace):
    file = workspace.single("def step() -> int:\n    return 1\n")
    done = treadle("run", file, "--output", file)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"treadle: {file}: the results cannot be written: it is a file, not a folder\n"


def test_a_folder_in_the_place_of_the_report_is_told_before_anything_runs(treadle, workspace):
    done = treadle("run", workspace.single("def step() -> int:\n    return 1\n"), "--report", str(workspace.folder))
    assert (done.code, done.out) == (2, "")
    assert done.err == f"treadle: {workspace.folder}: it is a folder, not a file\n"


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


def test_what_cannot_be_written_at_the_end_is_told_and_keeps_nothing_else_back(treadle, workspace):
    away, there = workspace.folder / "away", workspace.folder / "there"
    place = repr(str(away))
    file = workspace.single(
        f"import os\ndef step() -> int:\n    os.rmdir({place})\n    open({place}, 'w').close()\n    return 1\n"
    )
    for options, lost in (
        (("--output", str(there), "--report", str(away / "r.html")), f"treadle: {away}/r.html: the report cannot be"),
        (("--output", str(away), "--report", str(there / "r.html")), f"treadle: {away}: the results cannot be written"),
    ):
        away.unlink(missing_ok=True)
        done = treadle("run", file, "--no-cache", *options)
        assert done.code == 1
        assert "Succeeded" in done.out
        assert lost in done.err
        assert [path.name for path in there.iterdir()] in (["results.json"], ["r.html"])
        shutil.rmtree(there)


def test_nothing_is_left_in_the_folder_for_temporary_files(treadle, workspace, temporary):
    treadle("run", workspace.single(ADD))
    treadle("run", workspace.single(FAILS))
    assert list(temporary.iterdir()) == []
