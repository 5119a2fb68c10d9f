"""`treadle run --dry-run`: shows what would run, without importing or executing anything."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.cache.signing import user_signer
from ...core.cache.store import Cache, default_folder
from ...core.errors import UsageError
from ...core.run.selection import eligible
from ..explaining import explain
from ..freshness import UPSTREAM, NodeFreshness, freshness
from ..schemes import enabled_schemes
from ..session import checked_plan
from .text import columns_with_paths, counted, escaped_json, line_width, one_line, styled, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ...core.pipeline import Pipeline
    from ...core.planning.plan import Plan, PlanNode
    from ...core.run.candidates import Candidate
    from ..explaining import NodeReasons
    from ..options import Options

_HEADINGS = ("node", "calls", "once for each", "tasks", "schemes", "cores", "GB", "results")
_CALLS = 1
CLOSE_SECONDS = 5.0
_NUMBERS = {"tasks", "cores", "GB"}
_ALIKE: dict[str, Callable[[str], str]] = {
    "schemes": lambda names: f"on {names}",
    "cores": lambda number: f"{counted(int(number), 'core')} each",
    "GB": lambda amount: f"{amount} GB each",
    "results": lambda standing: f"all {standing}" if standing else "",
}
"""Headings of columns that are told in words where all nodes have the same there."""


@dataclass(frozen=True)
class _Seen:
    """A node as a dry run sees it: ``tasks`` is None where their number is known only when it runs."""

    node: PlanNode
    axes: list[str]
    tasks: int | None
    schemes: list[str]
    results: NodeFreshness | None
    reasons: NodeReasons | None


def show_plan(pipeline: Pipeline, options: Options, *, reasons: bool = False, as_json: bool = False) -> int:
    """Print the nodes in the order they can run: their axes, schemes, resources, and whether results are there.

    With ``reasons`` also on which scheme each would run now, and why not on each other one.
    """
    plan = checked_plan(pipeline, options)
    enabled, last_resort = enabled_schemes(options)
    standing = _freshness(pipeline, options)
    why = {one.node: one for one in explain(pipeline, options, {node.id for node in plan.nodes})} if reasons else {}
    seen = [
        _Seen(
            node,
            [plan.axes[axis].label for axis in node.axes],
            _count(plan, node),
            _fitting(node, enabled, last_resort),
            standing.get(node.id),
            why.get(node.id),
        )
        for node in plan.nodes
    ]
    if as_json:
        text = escaped_json({"name": plan.title, "nodes": [_document(one) for one in seen]})
    else:
        text = "\n".join(_lines(plan.title, seen))
    sys.stdout.write(f"{text}\n")
    return 0


def _document(seen: _Seen) -> dict[str, Any]:
    """Return what `--json` tells of a node."""
    results, reasons = seen.results, seen.reasons
    told: dict[str, Any] = {
        "node": seen.node.id,
        "calls": _called(seen.node),
        "axes": seen.axes,
        "tasks": seen.tasks,
        "schemes": seen.schemes,
        "n_procs": seen.node.n_procs,
        "mem_gb": seen.node.mem_gb,
        "results": results and {"state": results.state, "stale": results.stale, "reason": results.reason},
    }
    if reasons is not None:
        told |= {"chosen": reasons.chosen, "candidates": [asdict(one) for one in reasons.candidates]}
    return told


def _lines(title: str, seen: Sequence[_Seen]) -> list[str]:
    rows = [_row(one) for one in seen]
    alike = {name for name in _ALIKE if len({row[name] for row in rows}) == 1}
    shown = [name for name in _HEADINGS if name not in alike]
    lines = columns_with_paths(
        [shown, *([row[name] for name in shown] for row in rows)],
        _CALLS,
        right={place for place, name in enumerate(shown) if name in _NUMBERS},
        width=line_width(),
    )
    common = (_ALIKE[name](rows[0][name]) for name in _ALIKE if name in alike)
    told = [counted(len(rows), "node"), *filter(None, common)]
    heading = styled(one_line(title or "Pipeline"), "bold")
    below = [*_scheme_reasons(seen), *_result_reasons(seen), f"{', '.join(told)}. Nothing was executed."]
    return [heading, styled(lines[0], "dim"), *lines[1:], *(wrapped(line, line_width()) for line in below)]


def _scheme_reasons(seen: Iterable[_Seen]) -> list[str]:
    """Return where nodes would run now, once for all of which the same holds: each scheme, with the reason."""
    alike: dict[tuple[str, tuple[Candidate, ...]], list[str]] = {}
    for found in (one.reasons for one in seen if one.reasons is not None):
        alike.setdefault((found.chosen, found.candidates), []).append(found.node)
    lines = []
    for (chosen, schemes), names in alike.items():
        lines.append(one_line(", ".join(names)))
        lines += [f"  {one_line(f'{_bearing(one, chosen)} {one.scheme}: {one.reason}')}" for one in schemes]
    return lines


def _bearing(one: Candidate, chosen: str) -> str:
    return "runs on" if one.scheme == chosen else "could run on" if one.eligible else "not on"


def _row(seen: _Seen) -> dict[str, str]:
    node, tasks = seen.node, "?" if seen.tasks is None else str(seen.tasks)
    axes, schemes = " × ".join(seen.axes) or "—", ", ".join(seen.schemes) or "none"
    cells = (node.id, _called(node), axes, tasks, schemes, str(node.n_procs), f"{node.mem_gb:g}", _state(seen.results))
    return dict(zip(_HEADINGS, map(one_line, cells), strict=True))


def _fitting(node: PlanNode, enabled: Sequence[str], last_resort: Collection[str]) -> list[str]:
    fitting, _ = eligible(node, enabled)
    return [name for name in fitting if name not in last_resort] or list(fitting)


def _state(found: NodeFreshness | None) -> str:
    if found is None:
        return ""
    return f"{found.stale:,} of {found.tasks:,} stale" if 0 < found.stale < (found.tasks or 0) else found.state


def _result_reasons(seen: Iterable[_Seen]) -> list[str]:
    """Return for each reason why results are not fresh the nodes that have it; what follows from them is left out."""
    nodes: dict[str, list[str]] = {}
    for found in (one.results for one in seen if one.results is not None):
        if found.reason and found.reason != UPSTREAM:
            nodes.setdefault(found.reason, []).append(found.node)
    return [one_line(f"{', '.join(names)}: {reason}") for reason, names in nodes.items()]


def _freshness(pipeline: Pipeline, options: Options) -> dict[str, NodeFreshness]:
    """Return for each node whether its results are fresh or stale, and why; empty without a cache."""
    if options.cache is False:
        return {}
    try:
        signer = user_signer()
    except UsageError:
        return {}
    cache = Cache(options.cache if isinstance(options.cache, Path) else default_folder(), signer)
    try:
        return freshness(pipeline, cache, signer, options.until)
    finally:
        cache.close(CLOSE_SECONDS)


def _called(node: PlanNode) -> str:
    return node.module.path or f"Python source ({node.module.name})"


def _count(plan: Plan, node: PlanNode) -> int | None:
    """Return how many tasks a node will have; None where a length is known only when it runs."""
    count = 1
    for number in node.axes:
        axis = plan.axes[number]
        if axis.lists or axis.kind == "rounds":
            return None
        count *= len(axis.values)
    return count
