"""The axes that loops run along, and what must hold of what is fed back in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import PipelineError
from .plan import Axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .axis_table import AxisTable
    from .flatten import Endpoint, Loop
    from .plan import Start


@dataclass
class LoopState:
    """A loop while its nodes are being planned: the axis it runs along, and those of its feedback."""

    loop: Loop
    axis: int
    axes: tuple[int, ...]
    starts: dict[Endpoint, Start] = field(default_factory=dict)


def fold_axis(table: AxisTable, loop: Loop, axes: tuple[int, ...], starts: Mapping[Endpoint, Start]) -> int:
    """Return the axis among these that a loop folds along; PipelineError if it cannot."""
    if not axes:
        raise PipelineError(
            f"{loop.origin} folds, but none of its inputs is mapped", remedy="Map an input with .each() or sweep()"
        )
    label = loop.fold.axis if loop.fold else None
    axis = table.named(label, axes, loop.origin) if label else axes[-1]
    if any(axis in table.axes[other].depends for other in axes):
        raise PipelineError(
            f"{loop.origin} cannot fold along {table.axes[axis].label!r}: another axis lies inside it",
            remedy="Fold along the innermost axis, or join the inner one first",
        )
    if any(axis in table.of(start) for start in starts.values()):
        raise PipelineError(
            f"{loop.origin} cannot start with one value for each item of {table.axes[axis].label!r}, "
            "along which it folds",
            remedy="Start with a single value, or fold along another axis",
        )
    return axis


def rounds_axis(table: AxisTable, loop: Loop, axes: tuple[int, ...]) -> int:
    """Make the axis of the rounds of a loop that repeats, inside these axes."""
    bound = loop.repeat.bound if loop.repeat else 1
    name = loop.origin.rpartition("/")[2]
    axis = Axis(len(table.axes), f"{name} round", "rounds", loop.origin, axes, bound=bound)
    return table.add(("rounds", loop.origin), (*loop.where, name), axis)


def check_feedback(table: AxisTable, state: LoopState, output: Endpoint, axes: Iterable[int]) -> None:
    """Raise PipelineError if an output that is fed back has axes which the loop has not."""
    extra = [table.axes[axis].label for axis in axes if axis not in state.axes]
    if extra:
        raise PipelineError(
            f"{state.loop.origin}: {'.'.join(output)} is fed back, but has a new axis {extra[0]!r}",
            remedy="Join it inside the loop",
        )
