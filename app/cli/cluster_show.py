"""`treadle cluster info`: tells of a cluster and of each of its engines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from .cluster_choice import attached, print_json
from .text import columns, counted, duration, line_width, one_line, size

if TYPE_CHECKING:
    from argparse import Namespace

    from ...schemes.ipython.information import ClusterFacts, EngineFacts

_HEADS = ("engine", "state", "whose", "host", "pid", "cores", "load", "memory", "queue", "done", "heard")


def info_command(options: Namespace) -> int:
    """Tell of the cluster; exit code 1 if its controller does not answer."""
    from ...schemes.ipython.information import Inquiry

    cluster = attached(options)
    try:
        facts = Inquiry(cluster).look()
    finally:
        cluster.close()
    if options.json:
        print_json(msgspec.to_builtins(facts))
    else:
        for line in _head(facts):
            sys.stdout.write(f"{line}\n")
        show_engines(facts)
    return 0 if facts.answers else 1


def show_engines(facts: ClusterFacts) -> None:
    """Print a table of the engines."""
    if not facts.engines:
        sys.stdout.write("No engines. Add some: treadle cluster engines add N\n")
        return
    rows = [_HEADS, *(_row(one) for one in facts.engines)]
    for line in columns(rows, right={4, 5, 6, 7, 8, 9, 10}, width=line_width(), shrink=3):
        sys.stdout.write(f"{line.rstrip()}\n")


def _head(facts: ClusterFacts) -> list[str]:
    name = f"{facts.profile}:{facts.cluster_id}" if facts.cluster_id else facts.profile
    whose = f"started by Treadle, process {facts.controller}" if facts.ours else "started by somebody else"
    lines = [
        f"Cluster {one_line(name)} on {one_line(facts.location) or 'this machine'}, {whose}, "
        f"{'encrypted' if facts.encrypted else 'NOT encrypted'}, {counted(len(facts.engines), 'engine')}"
    ]
    if not facts.answers:
        lines.append("Its controller does not answer: what is shown is what was known last")
    if facts.logs:
        lines.append(f"Logs: {one_line(facts.logs)}")
    return lines


def _row(one: EngineFacts) -> tuple[str, ...]:
    memory = size(one.used) if one.used is not None else ""
    return (
        "-" if one.number is None else str(one.number),
        one.state,
        "ours" if one.ours else "foreign",
        one_line(one.host or "?"),
        str(one.pid or "?"),
        str(one.cores or "?"),
        "" if one.load is None else f"{one.load:.1f}",
        f"{memory} of {size(one.memory)}" if memory and one.memory else memory,
        "" if one.queue is None else str(one.queue),
        "" if one.done is None else str(one.done),
        "" if one.heard is None else f"{duration(one.heard)} ago",
    )
