"""`treadle run --dry-run`: shows what would run, without importing or executing anything."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...core.pipeline import Pipeline
from ...core.plan import Plan, PlanNode
from ...core.planning import make_plan
from ...core.run.resources import Ledger
from ...core.run.selection import eligible
from ..session import cores, enabled_schemes, memory_gb, refuse_invalid, refuse_too_large


def show_plan(pipeline: Pipeline, until: tuple[str, ...], scheme: str) -> int:
    """Print the nodes in the order they can run, with their axes, schemes and resources."""
    refuse_invalid(pipeline)
    plan = make_plan(pipeline, until)
    enabled = enabled_schemes(scheme)
    refuse_too_large(plan, Ledger(cores(), memory_gb()))
    table = Table(title=escape(plan.title or "Pipeline"), title_justify="left", box=None, pad_edge=False)
    for heading in ("node", "calls", "once for each", "tasks", "schemes", "cores", "GB"):
        table.add_column(heading, justify="right" if heading in {"tasks", "cores", "GB"} else "left", overflow="fold")
    for node in plan.nodes:
        axes = " × ".join(plan.axes[axis].label for axis in node.axes) or "—"
        fitting, _ = eligible(node, enabled)
        cells = (node.id, _called(node), axes, _count(plan, node), ", ".join(fitting) or "none")
        table.add_row(*map(escape, cells), str(node.n_procs), f"{node.mem_gb:g}")
    console = Console(soft_wrap=True)
    console.print(table)
    console.print(f"{len(plan.nodes)} nodes. Nothing was executed.")
    return 0


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
