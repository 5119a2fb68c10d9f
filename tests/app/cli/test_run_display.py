"""What `treadle run` tells while it goes on."""

from __future__ import annotations

import re

import pytest
from single_steps import ADD, FAILS

from treadle import Pipeline, sweep


def test_verbose_tells_scheme_and_reason_on_standard_error(treadle, workspace):
    done = treadle("run", workspace.single(ADD), "-v", "-x", "serial")
    lines = done.err.splitlines()
    assert lines[0].startswith("step: dispatched to serial: ")
    assert lines[-1].startswith("step: succeeded in ")
    assert "dispatched" not in done.out


def test_verbose_says_why_a_task_is_tried_again_and_tells_it_once_for_each_attempt(treadle, workspace):
    done = treadle("run", workspace.single(FAILS), "-v", "-x", "serial", "--retries", "1")
    told = [line.partition(": ")[2] for line in done.err.splitlines()]
    assert [line for line in told if "dispatched" not in line] == [
        "running", "to be tried again: no 1 here", "running", "failed: no 1 here",
    ]  # fmt: skip


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
