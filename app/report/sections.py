"""The parts of a report that are text and tables: head, errors, nodes, tasks, what was asked for."""

from __future__ import annotations

import json
import re
import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..cli.text import clip, counted, duration, size
from .graph import STATES, state_bar
from .markup import Html, element, escaped, joined, pill, row, section, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...core.journal.reader import RunReader
    from ...core.journal.summaries import NodeSummary, RunSummary
    from ...core.run.records import TaskRecord

MAX_ROWS = 1500
MAX_ERRORS = 40
MAX_TRACEBACK = 8000
MAX_PIPELINE = 400_000
LOG_LINES = 20
_GB = 1e9
_CELL = 140
MAX_PICTURES = 60
"""Of so many tasks the pictures of what they made are shown."""

_PICTURE = re.compile(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]+")


def head(run: RunSummary, nodes: Sequence[NodeSummary]) -> Html:
    """Return what a person wants to know first."""
    ran = sum(node.seconds for node in nodes)
    facts = [
        ("Took", duration(run.seconds)),
        ("Tasks", f"{run.tasks:,}"),
        ("Work of all tasks", duration(ran) if ran else "–"),
        ("At a time, on average", f"{ran / run.seconds:.1f}" if run.seconds and ran else "–"),
        ("Started", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started))),
        ("Machine", run.owner.host),
        ("Scheme", run.scheme),
    ]
    listed = [element("div", element("dt", name), element("dd", value)) for name, value in facts]
    theme = element("button", "Light / dark", id="theme", type="button")
    return element(
        "header",
        element("div", element("h1", run.name or run.id), pill(run.state), theme, class_="top"),
        element("p", f"{run.id}{' · ' + run.file if run.file else ''}", class_="id"),
        state_bar(dict(run.counts)),
        element("dl", *listed, class_="facts"),
    )


def errors(reader: RunReader, failures: Sequence[TaskRecord], count: int, warnings: Sequence[str]) -> Html | None:
    """Return what went wrong, with tracebacks and the last lines of each task; None if nothing did."""
    if not failures and not warnings:
        return None
    shown = [_error(reader, task) for task in failures[:MAX_ERRORS]]
    more = count - len(shown)
    if more > 0:
        shown.append(element("p", f"… and {counted(more, 'more failure')}", class_="soft"))
    told = [element("p", f"! {warning}", class_="over") for warning in warnings]
    return section("What went wrong" if failures else "Warnings", *told, *shown)


def _error(reader: RunReader, task: TaskRecord) -> Html:
    cause = task.cause
    message = cause.message.strip() if cause else "it is not known why"
    where = ", ".join(part for part in (task.scheme, task.worker, task.host) if part)
    attempts = f" after {task.attempts} attempts" if task.attempts > 1 else ""
    log = reader.log(task.id).marked()[-LOG_LINES:]
    parts: list[Html] = []
    if cause and cause.traceback:
        parts.append(element("pre", _end(cause.traceback.rstrip(), MAX_TRACEBACK)))
    if log:
        parts.append(element("p", "Its last lines:", class_="soft"))
        parts.append(element("pre", "\n".join(clip(line, 200) for line in log)))
    title = element(
        "summary", element("strong", task.title), ": ", clip(message.replace("\n", " "), 400), " ",
        element("span", f"({cause.kind if cause else 'unknown'}; {where}{attempts})", class_="soft"),
    )  # fmt: skip
    return element("details", title, *parts, open="open" if parts else None) if parts else element("details", title)


def _end(text: str, length: int) -> str:
    return text if len(text) <= length else f"… {len(text) - length:,} characters cut …\n{text[-length:]}"


def node_table(nodes: Sequence[NodeSummary]) -> Html:
    """Return the nodes with what they took, against what they asked for."""
    heads = ("Node", "Module", "Tasks", "Schemes", "Mean", "Longest", "Processor", "Memory, peak / asked", "In", "Out")
    right = (4, 5, 6, 7, 8, 9)
    return section("Nodes", table(heads, [_node_row(node, right) for node in nodes], right=right))


def _node_row(node: NodeSummary, right: Iterable[int]) -> Html:
    over = node.mem_gb is not None and node.peak_memory > node.mem_gb * _GB
    asked = f"{node.mem_gb:g} GB" if node.mem_gb is not None else "–"
    memory = f"{size(node.peak_memory) if node.peak_memory else '–'} / {asked}"
    return row(
        element("span", node.id, title=node.title),
        element("span", clip(node.module, 48, keep_end=True), class_="soft"),
        joined([state_counts(node.counts)]),
        ", ".join(f"{name} {count:,}" for name, count in node.schemes.items()),
        duration(node.mean) if node.schemes else "",
        duration(node.longest) if node.schemes else "",
        duration(node.cpu_seconds) if node.cpu_seconds else "",
        element("span", memory, class_="over" if over else "", title="more than it asked for" if over else ""),
        size(node.bytes_in) if node.bytes_in else "",
        size(node.bytes_out) if node.bytes_out else "",
        right=right,
    )


def state_counts(counts: Mapping[str, int]) -> Html:
    """Return how many tasks are in each state, in words."""
    return escaped(", ".join(f"{counts[state]:,} {state}" for state in STATES if counts.get(state)) or "none")


def task_table(tasks: Sequence[TaskRecord], total: int) -> Html:
    """Return tasks, failures first, then the longest; of many only those."""
    heads = ("Task", "State", "Scheme", "Worker", "Began", "Took", "Processor", "Memory", "Tries", "Result")
    right = (4, 5, 6, 7, 8)
    note = "" if len(tasks) == total else f"{len(tasks):,} of {total:,}: those that failed, and the longest."
    find = element("input", type="search", id="find", placeholder="Find tasks", aria_label="Find tasks")
    drawn = set(islice((task.id for task in tasks if _pictures(task)), MAX_PICTURES))
    rows = [_task_row(task, right, drawn=task.id in drawn) for task in tasks]
    return section("Tasks", find, table(heads, rows, right=right, id_="tasks"), note=note)


def _task_row(task: TaskRecord, right: Iterable[int], *, drawn: bool) -> Html:
    ran = bool(task.attempts)
    return row(
        element("span", task.title, title=task.id),
        pill(task.state.value),
        element("span", task.scheme, title=task.reason),
        ", ".join(part for part in (task.worker, task.host) if part),
        duration(task.began) if task.began else "",
        duration(task.seconds) if ran else "",
        duration(task.cpu_seconds) if task.cpu_seconds else "",
        size(task.peak_memory) if task.peak_memory else "",
        task.attempts if task.attempts > 1 else "",
        joined([*(_pictures(task) if drawn else ()), escaped(clip(_result(task), _CELL))]),
        right=right,
    )


def _pictures(task: TaskRecord) -> list[Html]:
    """Return what a task made as small images; only what is one, whatever the journal says."""
    found = ((port, one.get("picture")) for port, one in task.previews.items())
    return [
        element("img", src=url, alt=port, title=port)
        for port, url in found
        if isinstance(url, str) and _PICTURE.fullmatch(url)
    ]


def _result(task: TaskRecord) -> str:
    if task.cause is not None and not task.state.good:
        return task.cause.message.replace("\n", " ")
    return "; ".join(_preview(port, preview) for port, preview in task.previews.items())


def _preview(port: str, preview: Mapping[str, Any]) -> str:
    shape = "×".join(map(str, preview["shape"])) if preview.get("shape") else ""
    facts = (preview.get("type"), shape, preview.get("dtype"), preview.get("text"))
    told = " ".join(str(fact) for fact in facts if fact)
    return told if port == "out" else f"{port}: {told}"


def asked(run: RunSummary, pipeline: str) -> list[Html]:
    """Return how the run was asked for: options, versions, and the pipeline as it was then."""
    options = {"scheme": run.scheme, **run.options}
    rows = [row(name, _plain(value)) for name, value in options.items() if value not in (None, [], (), {})]
    versions = [row(name, version) for name, version in run.versions.items()]
    found = [
        section("Options", table(("Option", "Value"), rows)),
        section("Versions", table(("Package", "Version"), versions)),
    ]
    if pipeline:
        told = pipeline if len(pipeline) <= MAX_PIPELINE else pipeline[:MAX_PIPELINE] + "\n… cut …"
        shown = element("details", element("summary", "The pipeline as it was run"), element("pre", told))
        found.append(section("Pipeline", shown))
    return found


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
