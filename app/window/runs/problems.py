"""What is wrong, before a run and after: of each problem the place, the message and the remedy; knows no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ....core.pipeline import split_endpoint
from ....core.validation.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....core.errors import TreadleError
    from ....core.protocol import NodeSchemes
    from ....core.validation.problems import Problem
    from .record import RunRecord

MOST_FAILURES = 1_000
_WORST_FIRST = {"error": 0, "warning": 1}


class Shown(NamedTuple):
    """A problem as it is shown. ``node`` and ``task`` can be gone to, where they are not empty.

    ``source`` says who found it: ``check`` before a run, ``run`` while it went, ``runner`` about the runner.
    """

    severity: str
    place: str
    message: str
    remedy: str
    source: str
    node: str = ""
    task: str = ""


def node_of(where: str) -> str:
    """Return the node that a place such as ``nodes.prep/smooth.params.sigma`` is about; empty if it is about none."""
    section, _, rest = where.partition(".")
    return split_endpoint(rest)[0] if section in {"nodes", "connections"} else ""


def of_check(problems: Iterable[Problem]) -> list[Shown]:
    """Return the problems that a check found."""
    return [
        Shown(one.severity, _place(one.where), visible(one.message), visible(one.remedy), "check", node_of(one.where))
        for one in problems
    ]


def of_schemes(unplaced: Iterable[NodeSchemes]) -> list[Shown]:
    """Return the nodes that no scheme can run, as it was foreseen."""
    remedy = "Lower what it asks for, or let runs use more schemes"
    return [
        Shown("error", visible(node), visible(f"no scheme can run it: {one.reason}"), remedy, "check", node)
        for one in unplaced
        for node in one.nodes
    ]


def of_refusal(error: TreadleError) -> Shown:
    """Return why a run did not begin."""
    return Shown("error", visible(error.where), visible(error.message), visible(error.remedy), "runner")


def of_run(record: RunRecord) -> list[Shown]:
    """Return what went wrong in a run: its failed tasks, the oldest first, and what it warned of."""
    found = [
        Shown("error", row.task, one_line(row.cause), "", "run", row.node, row.task)
        for _, row in zip(range(MOST_FAILURES), record.failed.values(), strict=False)
    ]
    if len(record.failed) > MOST_FAILURES:
        found.append(Shown("error", "", f"and {len(record.failed) - MOST_FAILURES:,} more tasks failed", "", "run"))
    if record.message:
        found.insert(0, Shown("error", "", one_line(record.message), "", "runner"))
    found += [Shown("warning", "", one_line(text), "", "run") for text in record.warnings]
    return found


def by_node(problems: Iterable[Shown]) -> dict[str, tuple[str, int]]:
    """Return for each node the worst severity of its problems that were found before the run, and their number."""
    found: dict[str, tuple[str, int]] = {}
    for one in problems:
        if one.node and one.source == "check":
            worst, count = found.get(one.node, ("warning", 0))
            found[one.node] = ("error" if "error" in (worst, one.severity) else worst), count + 1
    return found


def worst_first(problems: list[Shown]) -> list[Shown]:
    """Return errors before warnings, else in the order in which they were found."""
    return sorted(problems, key=lambda one: _WORST_FIRST.get(one.severity, 2))


def one_line(text: str) -> str:
    """Return the first lines of a text on one, with control characters written out."""
    return visible(" ".join(line.strip() for line in text.splitlines()[:3] if line.strip()))


def _place(where: str) -> str:
    for section in ("nodes.", "connections."):
        where = where.removeprefix(section)
    return visible(where.replace(".params.", " · ").replace(".group.", " · "))
