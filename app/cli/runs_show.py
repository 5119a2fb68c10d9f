"""`treadle runs show`: tells of one run, or of one of its tasks."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

from ...core.errors import UsageError
from ...core.journal.listing import find_run
from ...core.journal.reader import RunReader
from ...core.places import runs_folder
from ...core.run.states import TaskState
from .runs_text import counts_text, facts_document, node_document, picture_facts, state_text, task_document, when
from .text import clip, columns, counted, duration, escaped_json, harmless, line_width, one_line, size, styled, wrapped

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ...core.journal.summaries import NodeSummary, RunSummary
    from ...core.run.records import TaskRecord

SHOWN_FAILURES = 10
_CELL = 40


def show_command(options: Namespace) -> int:
    """Print a run, or with ``--task`` one of its tasks."""
    if options.pictures and not (options.task and options.json):
        raise UsageError("--pictures adds to --task TASK --json", remedy="A report shows them: treadle runs report RUN")
    with RunReader(find_run(runs_folder(), options.run)) as reader:
        if options.json:
            found = _task_document(reader, options) if options.task else _run_document(reader)
            sys.stdout.write(escaped_json(found) + "\n")
        else:
            lines = _task_lines(reader, options.task) if options.task else _run_lines(reader)
            sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _run_document(reader: RunReader) -> dict[str, Any]:
    return {
        **facts_document(reader.summary()),
        "nodes": [node_document(node) for node in reader.nodes()],
        "failures": [task_document(task) for task in reader.tasks(states=[TaskState.FAILED])],
    }


def _task_document(reader: RunReader, options: Namespace) -> dict[str, Any]:
    attempts = reader.attempts(options.task)
    return {
        **task_document(reader.task(options.task), pictures=options.pictures),
        "earlier": [task_document(attempt, pictures=options.pictures) for attempt in attempts],
        "log": reader.log(options.task).marked(),
    }


# A run


def _run_lines(reader: RunReader) -> Iterator[str]:
    run, width = reader.summary(), line_width()
    yield f"{styled(one_line(run.id), 'bold')}  {one_line(run.name)}"
    word = "for" if run.live else "after" if run.state == "interrupted" else "in"
    ended = state_text(run.state).replace(run.state, run.state.capitalize())
    yield wrapped(f"{ended} {word} {duration(run.seconds)}, {counts_text(run.counts)}", width)
    yield wrapped(_asked(run), width)
    nodes = reader.nodes()
    if nodes:
        yield ""
        yield from _node_lines(nodes, width)
    failures = reader.tasks(states=[TaskState.FAILED], limit=SHOWN_FAILURES + 1)
    if failures:
        yield ""
        yield from _failure_lines(failures, run, width)
    for warning in run.warnings:
        yield ""
        yield wrapped(f"! {one_line(warning)}", width).replace("!", styled("!", "yellow"), 1)


def _asked(run: RunSummary) -> str:
    started = f"Started {when(run.started)} on {one_line(run.owner.host)}, scheme {one_line(run.scheme)}"
    return f"{started}, from {one_line(run.file)}" if run.file else started


def _node_lines(nodes: list[NodeSummary], width: int | None) -> Iterator[str]:
    head = ("node", "tasks", "mean", "longest", "memory", "schemes")
    rows = [head, *map(_node_row, nodes)]
    lines = columns(rows, right={2, 3, 4}, width=width, shrink=0)
    yield styled(lines[0], "dim")
    yield from lines[1:]


def _node_row(node: NodeSummary) -> tuple[str, ...]:
    ran = bool(node.schemes)
    return (
        clip(one_line(node.id), _CELL),
        counts_text(node.counts),
        duration(node.mean) if ran else "",
        duration(node.longest) if ran else "",
        size(node.peak_memory) if node.peak_memory else "",
        ", ".join(f"{one_line(name)} {count:,}" for name, count in node.schemes.items()),
    )


def _failure_lines(failures: list[TaskRecord], run: RunSummary, width: int | None) -> Iterator[str]:
    for task in failures[:SHOWN_FAILURES]:
        message = task.cause.message.strip() if task.cause else "it is not known why"
        told = f"✗ {one_line(task.title)}: {harmless(message)}"
        yield wrapped(told, width).replace("✗", styled("✗", "red"), 1)
    more = run.counts.get(TaskState.FAILED.value, 0) - SHOWN_FAILURES
    if more > 0:
        yield f"… and {counted(more, 'more failure')}"
    yield wrapped(f"More of one: treadle runs show {run.id} --task {shlex.quote(failures[0].id)}", width)


# A task


def _task_lines(reader: RunReader, task_id: str) -> Iterator[str]:
    task, width = reader.task(task_id), line_width()
    yield f"{styled(one_line(task.title), 'bold')}  {one_line(task.id)}"
    yield from _standing(task, width)
    if task.cause is not None:
        yield from _cause_lines(task, width)
    for attempt in reader.attempts(task_id):
        why = harmless(attempt.cause.message) if attempt.cause else "its result was lost"
        yield wrapped(f"Attempt {attempt.attempts} on {one_line(attempt.worker or attempt.scheme)}: {why}", width)
    for port, preview in task.previews.items():
        yield wrapped(f"{one_line(port)}: {one_line(_preview(preview))}", width)
    for item in task.missing:
        labels = ", ".join(f"{axis} {label}" for axis, label in item.labels.items())
        yield wrapped(f"Missing {one_line(labels)}: {one_line(item.cause.message)}", width)
    log = reader.log(task_id).marked()
    if log:
        yield ""
        yield styled("Log", "bold")
        yield from (f"  {one_line(line)}" for line in log)


def _standing(task: TaskRecord, width: int | None) -> Iterator[str]:
    state = state_text(task.state.value).replace(task.state.value, task.state.value.capitalize())
    yield f"{state} in {duration(task.seconds)}" if task.attempts else state
    if task.reason or task.scheme:
        yield wrapped(f"Ran on {one_line(task.reason or task.scheme)}", width)
    told = task.pid and not task.worker.endswith(f" {task.pid}")
    place = [one_line(task.worker), *([f"process {task.pid}"] if told else []), one_line(task.host)]
    if any(place):
        yield f"Where: {', '.join(part for part in place if part)}"
    measured = [
        f"processor {duration(task.cpu_seconds)}" if task.cpu_seconds else "",
        f"peak memory {size(task.peak_memory)}" if task.peak_memory else "",
        f"in {size(task.bytes_in)}" if task.bytes_in else "",
        f"out {size(task.bytes_out)}" if task.bytes_out else "",
    ]
    if any(measured):
        yield f"Took: {', '.join(part for part in measured if part)}"


def _cause_lines(task: TaskRecord, width: int | None) -> Iterator[str]:
    assert task.cause is not None
    cause = task.cause
    yield wrapped(f"✗ {one_line(cause.kind)}: {harmless(cause.message.strip())}", width).replace(
        "✗", styled("✗", "red"), 1
    )
    if cause.task and cause.task != task.id:
        yield f"  It began with {one_line(cause.task)}"
    if cause.traceback:
        yield from (styled(f"  {line}", "dim") for line in harmless(cause.traceback.rstrip()).split("\n"))


def _preview(preview: Any) -> str:
    if not isinstance(preview, dict):
        return str(preview)
    shape = "×".join(map(str, preview["shape"])) if preview.get("shape") else ""
    facts = [str(preview.get("type", "")), shape, str(preview.get("dtype", "")), str(preview.get("text", ""))]
    told = " ".join(fact for fact in facts if fact)
    picture = picture_facts(preview)
    return f"{told}, with a picture of {size(picture[1])}" if picture else told
