"""How runs and their tasks are told: as words in the terminal, and as documents for `--json`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .text import counted, styled

if TYPE_CHECKING:
    from ...core.journal.summaries import NodeSummary, RunSummary
    from ...core.run.records import TaskRecord
    from ...core.worker.failures import Cause

_STYLES = {
    "succeeded": "green",
    "succeeded with failures": "yellow",
    "failed": "red",
    "cancelled": "yellow",
    "interrupted": "yellow",
    "running": "bold",
}
_ORDER = (
    "succeeded", "cached", "failed", "cancelled", "skipped", "running", "dispatched", "ready", "waiting",
)  # fmt: skip


def state_text(state: str) -> str:
    """Return the state of a run or task in its colour."""
    return styled(state, _STYLES.get(state, ""))


def when(seconds: float) -> str:
    """Return a time of day, as this machine's clock shows it: ``2026-11-21 14:32``."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def counts_text(counts: Mapping[str, int]) -> str:
    """Return how many tasks there are and, where that says more, in which states."""
    told = counted(sum(counts.values()), "task")
    others = [f"{counts[state]:,} {state}" for state in _ORDER if counts.get(state)]
    return told if set(counts) <= {"succeeded"} else f"{told}: {', '.join(others)}"


def facts_document(run: RunSummary) -> dict[str, Any]:
    """Return what `--json` tells of a run."""
    return {
        "run": run.id,
        "name": run.name,
        "state": run.state,
        "started": run.started,
        "makespan_s": round(run.seconds, 6),
        "tasks": dict(run.counts),
        "file": run.file,
        "scheme": run.scheme,
        "options": run.options,
        "versions": run.versions,
        "host": run.owner.host,
        "pid": run.owner.pid,
        "warnings": list(run.warnings),
        "journal": str(run.path),
    }


def node_document(node: NodeSummary) -> dict[str, Any]:
    """Return what `--json` tells of a node."""
    return {
        "node": node.id,
        "title": node.title,
        "module": node.module,
        "inputs": node.inputs,
        "n_procs": node.n_procs,
        "mem_gb": node.mem_gb,
        "tasks": node.counts,
        "schemes": node.schemes,
        "attempts": node.attempts,
        "seconds": node.seconds,
        "mean_s": node.mean,
        "longest_s": node.longest,
        "cpu_s": node.cpu_seconds,
        "peak_memory": node.peak_memory,
        "bytes_in": node.bytes_in,
        "bytes_out": node.bytes_out,
    }


def task_document(task: TaskRecord, *, pictures: bool = False) -> dict[str, Any]:
    """Return what `--json` tells of a task, or of an attempt; of pictures only that there are some, unless asked."""
    return {
        "task": task.id,
        "node": task.node,
        "labels": dict(task.labels),
        "state": task.state.value,
        "scheme": task.scheme,
        "reason": task.reason,
        "worker": task.worker,
        "host": task.host,
        "pid": task.pid,
        "attempts": task.attempts,
        "dispatched": task.dispatched,
        "began": task.began,
        "ended": task.ended,
        "seconds": task.seconds,
        "cpu_s": task.cpu_seconds,
        "peak_memory": task.peak_memory,
        "bytes_in": task.bytes_in,
        "bytes_out": task.bytes_out,
        "cause": _cause_document(task.cause),
        "missing": [
            {"labels": dict(item.labels), "kind": item.cause.kind, "message": item.cause.message}
            for item in task.missing
        ],
        "previews": {port: found if pictures else _told_briefly(found) for port, found in task.previews.items()},
    }


def _told_briefly(preview: Any) -> Any:
    """Return a preview without its picture, of which only the type and the size are told."""
    picture = picture_facts(preview)
    return {**preview, "picture": dict(zip(("type", "bytes"), picture, strict=True))} if picture else preview


def picture_facts(preview: Any) -> tuple[str, int] | None:
    """Return the type and the bytes of the picture that a preview has, which is the URL of its data; None without."""
    url = preview.get("picture") if isinstance(preview, Mapping) else None
    if not isinstance(url, str):
        return None
    head, _, data = url.partition(",")
    return head.removeprefix("data:").removesuffix(";base64"), len(data.rstrip("=")) * 3 // 4


def _cause_document(cause: Cause | None) -> dict[str, str] | None:
    if cause is None:
        return None
    return {
        "kind": cause.kind,
        "message": cause.message,
        "task": cause.task,
        "type": cause.type,
        "traceback": cause.traceback,
    }
