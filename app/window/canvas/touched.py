"""What an edit names of the body that a canvas shows, so that it updates nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ....core.edits import Change, Steps

if TYPE_CHECKING:
    from ....core.edits import Edit
    from ....core.pipeline import Where


@dataclass
class Touched:
    """The ids of the nodes, the inputs, the frames and comments, and the keys of the modules that an edit names."""

    nodes: dict[str, None] = field(default_factory=dict)
    wires: dict[str, None] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    notes: bool = False
    border: bool = False
    path: bool = False
    """Whether a group that leads to the shown body may be gone."""
    anew: bool = False
    """Whether the board was loaded anew for it: its rows are others."""


def touched_by(edit: Edit, where: Where) -> Touched:
    """Return what an edit names in the body at ``where``."""
    found = Touched()
    _collect(edit, where, found)
    return found


def _collect(edit: Edit, where: Where, found: Touched) -> None:
    if isinstance(edit, Steps):
        for step in edit.edits:
            _collect(step, where, found)
    elif isinstance(edit, Change):
        _collect_change(edit, where, found)


def _collect_change(change: Change, where: Where, found: Touched) -> None:
    depth = len(where)
    if change.section == "modules":
        found.modules.update(change.entries)
    elif change.where == where:
        _collect_here(change, found)
    elif change.where[:depth] == where and change.section in ("inputs", "outputs", "nodes"):
        found.nodes[change.where[depth]] = None
    elif change.section == "nodes" and where[: len(change.where)] == change.where:
        found.path = found.path or where[len(change.where)] in change.entries


def _collect_here(change: Change, found: Touched) -> None:
    match change.section:
        case "nodes":
            found.nodes.update(dict.fromkeys(change.entries))
        case "connections":
            found.wires.update(dict.fromkeys(change.entries))
        case "frames" | "comments":
            found.notes = True
        case _:
            found.border = True
