"""The live bars of a run: in the order of the plan, with what went wrong, and room for those that go on."""

from __future__ import annotations

import io
import re

from rich.console import Console

from treadle.app.cli.bars import Bars
from treadle.core.run.records import RunEnded, TaskChanged, TaskRecord
from treadle.core.run.states import RunState, TaskState


def shown(nodes, changes, *, height=40):
    """Return the lines on a terminal after these changes: (node, state) each."""
    stream = io.StringIO()
    console = Console(
        file=stream, width=80, height=height, force_terminal=True, color_system=None, legacy_windows=False
    )
    bars = Bars(console)
    bars.expect("Title", nodes)
    for number, (node, state) in enumerate(changes):
        bars.hear(TaskChanged(TaskRecord(f"{node}[{number}]", node, {}, state, seconds=0.5)))
    with bars:
        bars.hear(RunEnded(RunState.SUCCEEDED))
    # The sequences that move the cursor are the terminal's own.
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue()).splitlines()


def line_of(lines, node):
    return next(line for line in reversed(lines) if line.strip().startswith(node))


def test_bars_stand_in_the_order_of_the_plan_under_the_title():
    lines = shown(["b", "a"], [("a", TaskState.WAITING), ("b", TaskState.WAITING)])
    assert lines[0] == "Title"
    assert lines.index(line_of(lines, "b ")) < lines.index(line_of(lines, "a "))


def test_a_bar_counts_tasks_time_and_trouble():
    states = [TaskState.WAITING] * 4 + [
        TaskState.SUCCEEDED,
        TaskState.FAILED,
        TaskState.SKIPPED,
        TaskState.RUNNING,
    ]
    line = line_of(shown(["node"], [("node", state) for state in states]), "node")
    assert "3/4" in line
    assert "1.5 s" in line
    assert "1 failed, 1 skipped" in line


def test_names_cannot_give_orders_to_the_terminal():
    text = "\n".join(shown(["a\x1b[2J[red]b"], []))
    assert r"a\x1b[2J[red]b" in text


def test_events_of_nodes_that_nobody_expected_are_passed_over():
    assert shown(["a"], [("b", TaskState.SUCCEEDED)])


def test_where_the_terminal_is_low_finished_nodes_make_room():
    nodes = [f"node{number}" for number in range(9)]
    changes = [(node, state) for node in nodes[:5] for state in (TaskState.WAITING, TaskState.SUCCEEDED)]
    stream_lines = shown(nodes, changes, height=6)
    assert sum("node0" in line for line in stream_lines) == 1, "shown once, at the end"
    assert all(any(node in line for line in stream_lines[-9:]) for node in nodes)
