"""`treadle run --dry-run`: shows what would run, without importing or executing anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.cache.signing import user_signer
from ...core.cache.store import Cache, default_folder
from ...core.errors import UsageError
from ...core.run.selection import eligible
from ..explaining import explain
from ..freshness import UPSTREAM, NodeFreshness, freshness
from ..schemes import enabled_schemes
from ..session import checked_plan
from .text import columns_with_paths, counted, line_width, one_line, styled, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ...core.pipeline import Pipeline
    from ...core.planning.plan import Plan, PlanNode
    from ...core.run.candidates import Candidate
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


def show_plan(pipeline: Pipeline, options: Options, *, reasons: bool = False) -> int:
    """Print the nodes in the order they can run: their axes, schemes, resources, and whether results are there.

    With ``reasons`` also on which scheme each would run now, and why not on each other one.
    """
    plan = checked_plan(pipeline, options)
    enabled, last_resort = enabled_schemes(options)
    standing = _freshness(pipeline, options)
    rows = [_row(plan, node, enabled, last_resort) | {"results": _state(standing.get(node.id))} for node in plan.nodes]
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
    heading = styled(one_line(plan.title or "Pipeline"), "bold")
    below = [*_reasons(standing), f"{', '.join(told)}. Nothing was executed."]
    why = _scheme_reasons(pipeline, options, {node.id for node in plan.nodes}) if reasons else []
    lines = [heading, styled(lines[0], "dim"), *lines[1:], *(wrapped(line, line_width()) for line in (*why, *below))]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _scheme_reasons(pipeline: Pipeline, options: Options, nodes: set[str]) -> list[str]:
    """Return where nodes would run now, once for all of which the same holds: each scheme, with the reason."""
    alike: dict[tuple[str, tuple[Candidate, ...]], list[str]] = {}
    for found in explain(pipeline, options, nodes):
        alike.setdefault((found.chosen, found.candidates), []).append(found.node)
    lines = []
    for (chosen, schemes), names in alike.items():
        lines.append(one_line(", ".join(names)))
        lines += [f"  {one_line(f'{_bearing(one, chosen)} {one.scheme}: {one.reason}')}" for one in schemes]
    return lines


def _bearing(one: Candidate, chosen: str) -> str:
    return "runs on" if one.scheme == chosen else "could run on" if one.eligible else "not on"


def _row(plan: Plan, node: PlanNode, enabled: tuple[str, ...], last_resort: Collection[str]) -> dict[str, str]:
    axes = " × ".join(plan.axes[axis].label for axis in node.axes) or "—"
    fitting, _ = eligible(node, enabled)
    fitting = [name for name in fitting if name not in last_resort] or fitting
    cells = (node.id, _called(node), axes, _count(plan, node), ", ".join(fitting) or "none")
    return dict(zip(_HEADINGS, (*map(one_line, cells), str(node.n_procs), f"{node.mem_gb:g}", ""), strict=True))


def _state(found: NodeFreshness | None) -> str:
    if found is None:
        return ""
    return f"{found.stale:,} of {found.tasks:,} stale" if 0 < found.stale < (found.tasks or 0) else found.state


def _reasons(standing: Mapping[str, NodeFreshness]) -> list[str]:
    """Return for each reason why results are not fresh the nodes that have it; what follows from them is left out."""
    nodes: dict[str, list[str]] = {}
    for node, found in standing.items():
        if found.reason and found.reason != UPSTREAM:
            nodes.setdefault(found.reason, []).append(node)
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


def _count(plan: Plan, node: PlanNode) -> str:
    """Return how many tasks a node will have, ``?`` where a length is known only when it runs."""
    count = 1
    for number in node.axes:
        axis = plan.axes[number]
        if axis.lists or axis.kind == "rounds":
            return "?"
        count *= len(axis.values)
    return str(count)
