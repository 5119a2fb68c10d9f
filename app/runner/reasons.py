"""Answers on which scheme nodes would run now, and why, and what became of attempts elsewhere; runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core import protocol as p
from ...core.journal.reader import RunReader
from ..explaining import explain
from ..schemes import cluster_of
from .documents import pipeline_of
from .runs import options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...core.run.candidates import Candidate
    from ...core.run.records import TaskRecord
    from ...schemes.ipython.addresses import Address
    from ..explaining import NodeReasons
    from ..session import Run
    from .runs import Runs

_NONE: Mapping[str, str] = {}


def scheme_reasons(
    asked: p.AskSchemes, runs: Runs, engines: Callable[[Address], int | None] = lambda _address: None
) -> p.SchemeReasons:
    """Return the reasons for the nodes that were asked for, with what happened to them in the newest run here.

    ``engines`` says how many a cluster has, as far as that is known.
    """
    pipeline = pipeline_of(asked.document)
    options = options_of(p.RunOptions(scheme=asked.scheme, preference=asked.preference, settings=asked.settings))
    address = cluster_of(options)
    count = None if address is None else engines(address)
    found = explain(pipeline, options, frozenset(asked.nodes), {} if count is None else {"ipython": count})
    last = runs.newest_of(pipeline)
    refused = {} if last is None else refused_in(last)
    alike: dict[object, list[NodeReasons]] = {}
    for node in found:
        own = node.node if node.node in refused else ""
        alike.setdefault((id(node.candidates), node.chosen, node.reason, node.preferred, own), []).append(node)
    return p.SchemeReasons(found=tuple(_row(nodes, refused.get(nodes[0].node, _NONE)) for nodes in alike.values()))


def earlier_attempts(asked: p.AskAttempts, runs: Runs) -> p.AttemptList:
    """Return what the journal of a run has of the attempts that gave nothing; UsageError if there is no such run."""
    with RunReader(runs.run_of(asked.run).keeping.recording.path) as reader:
        return p.AttemptList(attempts=tuple(_attempt(one) for task in asked.tasks for one in reader.attempts(task)))


def _attempt(one: TaskRecord) -> p.AttemptRow:
    cause = "" if one.cause is None else one.cause.message
    return p.AttemptRow(one.id, one.attempts, one.scheme, one.reason, one.worker, one.host, cause)


def refused_in(run: Run) -> dict[str, dict[str, str]]:
    """Return for each node of a run the schemes that could not take one of its tasks, with the causes."""
    found: dict[str, dict[str, str]] = {}
    nodes = run.plan.nodes
    for task in list(run.executor.scheduler.layout.tasks.values()):
        for scheme, cause in (task.refused or {}).items():
            found.setdefault(nodes[task.node].id, {})[scheme] = cause.message
    return found


def _row(nodes: Sequence[NodeReasons], refused: Mapping[str, str]) -> p.NodeSchemes:
    node = nodes[0]
    return p.NodeSchemes(
        nodes=tuple(one.node for one in nodes),
        chosen=node.chosen,
        reason=node.reason,
        candidates=tuple(_candidate(one, refused.get(one.scheme, "")) for one in node.candidates),
        preferred=node.preferred,
    )


def _candidate(one: Candidate, refused: str) -> p.Candidate:
    # It is tried again, for what it was given may be another thing now.
    reason = f"{one.reason}; in the last run it could not take a task: {refused}" if refused else one.reason
    seconds = -1.0 if one.seconds is None else one.seconds
    return p.Candidate(scheme=one.scheme, eligible=one.eligible, reason=reason, seconds=seconds)
