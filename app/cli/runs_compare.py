"""`treadle runs compare`: what differs between two runs, in what was asked for and in what came of it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ...core.journal.listing import find_run
from ...core.journal.reader import RunReader
from ...core.places import runs_folder
from .runs_text import counts_text, state_text
from .text import clip, columns, counted, duration, escaped_json, line_width, one_line, styled

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from ...core.journal.summaries import NodeSummary, RunSummary

SHOWN_TASKS = 10
_CELL = 40
_NOTHING = "(nothing)"
_UNSET = "(default)"

Change = tuple[Any, Any]


def compare_command(options: Namespace) -> int:
    """Print what differs between two runs; 0 also if much does."""
    folder = runs_folder()
    with RunReader(find_run(folder, options.run)) as one, RunReader(find_run(folder, options.other)) as other:
        found = _differences(one, other)
        if options.json:
            sys.stdout.write(escaped_json(found) + "\n")
        else:
            lines = _lines(found, one.summary(), other.summary())
            sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _differences(one: RunReader, other: RunReader) -> dict[str, Any]:
    """Return pairs of what was and what is, under what they are about; null where there is none."""
    before, after = one.summary(), other.summary()
    nodes, others = _by_id(one.nodes()), _by_id(other.nodes())
    both = [name for name in nodes if name in others]
    return {
        "runs": [before.id, after.id],
        "options": _changes({"scheme": before.scheme, **before.options}, {"scheme": after.scheme, **after.options}),
        "versions": _changes(before.versions, after.versions),
        "nodes": {
            "removed": [name for name in nodes if name not in others],
            "added": [name for name in others if name not in nodes],
        },
        "parameters": _parameters([(nodes[name], others[name]) for name in both]),
        "means": {
            name: [nodes[name].mean, others[name].mean] for name in both if nodes[name].schemes and others[name].schemes
        },
        "states": _changes(_states(one), _states(other)),
    }


def _by_id(nodes: list[NodeSummary]) -> dict[str, NodeSummary]:
    return {node.id: node for node in nodes}


def _states(reader: RunReader) -> dict[str, str]:
    return {task.id: task.state.value for task in reader.tasks()}


def _parameters(pairs: list[tuple[NodeSummary, NodeSummary]]) -> dict[str, Change]:
    """Return what nodes were told, and what feeds them, by ``node.port``."""
    found: dict[str, Change] = {}
    for node, other in pairs:
        told = [
            {**one.inputs, "(module)": one.module, "(cores)": one.n_procs, "(GB)": one.mem_gb} for one in (node, other)
        ]
        found |= {f"{node.id}.{port}": change for port, change in _changes(*told).items()}
    return found


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    names = dict.fromkeys((*before, *after))
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _lines(found: dict[str, Any], before: RunSummary, after: RunSummary) -> Iterator[str]:
    for name, run in (("A", before), ("B", after)):
        ended = f"{state_text(run.state)} in {duration(run.seconds)}, {counts_text(run.counts)}"
        yield f"{styled(name, 'bold')}  {one_line(run.id)}  {ended}"
    for heading, nothing in (("options", _NOTHING), ("versions", _NOTHING), ("parameters", _UNSET)):
        yield from _section(heading.capitalize(), _change_rows(found[heading], nothing))
    gone = [(f"- {one_line(name)}",) for name in found["nodes"]["removed"]]
    yield from _section("Nodes", [*gone, *((f"+ {one_line(name)}",) for name in found["nodes"]["added"])])
    means = {name: pair for name, pair in found["means"].items() if any(pair)}
    yield from _section("Mean time of a task", [_mean_row(name, *pair) for name, pair in means.items()])
    states = _change_rows(dict(list(found["states"].items())[:SHOWN_TASKS]))
    if len(found["states"]) > SHOWN_TASKS:
        states.append((f"… and {counted(len(found['states']) - SHOWN_TASKS, 'more task')}", "", "", ""))
    yield from _section("Tasks", states)
    if not any(found[name] for name in ("options", "versions", "parameters", "states")) and not gone:
        yield ""
        yield "They were asked for alike, and ended alike."


def _section(heading: str, rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield ""
        yield styled(heading, "bold")
        yield from columns(rows, width=line_width(), shrink=0, indent="  ")


def _change_rows(changes: Mapping[str, Change], nothing: str = _NOTHING) -> list[tuple[str, ...]]:
    return [
        (clip(one_line(name), _CELL), _shown(before, nothing), "→", _shown(after, nothing))
        for name, (before, after) in changes.items()
    ]


def _shown(value: Any, nothing: str) -> str:
    match value:
        case None:
            text = nothing
        case str():
            text = value
        case {"value": inner, **rest} if not rest:
            text = json.dumps(inner, ensure_ascii=False)
        case {"from": str(source), **_rest}:
            text = f"from {source}"
        case {"sweep": values, **_rest}:
            text = f"each of {json.dumps(values, ensure_ascii=False)}"
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return clip(one_line(text), _CELL)


def _mean_row(name: str, before: float, after: float) -> tuple[str, ...]:
    ratio = f"× {after / before:.2f}" if before and after else ""
    return (clip(one_line(name), _CELL), duration(before), "→", duration(after), ratio)
