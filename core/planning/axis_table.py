"""The axes of a plan: each is made once, and found by its name or by where it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PipelineError, suggestion
from .plan import Constant, Joining, Swept

if TYPE_CHECKING:
    from ..pipeline import Join, Where
    from .flatten import Wire
    from .plan import Axis, Input, Source


class AxisTable:
    """The ``axes`` in the order in which they were made."""

    def __init__(self) -> None:
        self.axes: list[Axis] = []
        self._by_identity: dict[object, int] = {}
        self._where: dict[int, Where] = {}

    def add(self, identity: object, where: Where, axis: Axis) -> int:
        """Return the number of an axis: that of what was made before by the same identity, if there is one."""
        if identity in self._by_identity:
            number = self._by_identity[identity]
            # Made in two places, an axis belongs to the inner one: there it may be joined without naming it.
            self._where[number] = max(self._where[number], where, key=len)
            return number
        self.axes.append(axis)
        self._by_identity[identity] = axis.number
        self._where[axis.number] = where
        return axis.number

    def joining(self, wire: Wire, source: Source, join: Join) -> Joining:
        """Return along which axes a wire joins. PipelineError if there is no such axis, or another hangs on it."""
        place = ".".join(wire.source)
        chosen = {self.named(label, source.axes, place) for label in join.axes} or {
            self._innermost(wire, source, place)
        }
        for axis in source.axes:
            needed = chosen.intersection(self.axes[axis].depends)
            if axis not in chosen and needed:
                outer = self.axes[next(iter(needed))].label
                raise PipelineError(
                    f"{place} has a list along {self.axes[axis].label!r} for each item of {outer!r}, "
                    f"so {outer!r} cannot be joined alone",
                    remedy=f"Join {self.axes[axis].label!r} as well, or first",
                )
        ordered = tuple(axis for axis in source.axes if axis in chosen)
        return Joining(ordered, join.on_failure == "skip", join.nested, join.with_labels)

    def named(self, label: str, axes: tuple[int, ...], place: str) -> int:
        """Return the one among these axes that has a name; PipelineError, naming ``place``, if that is not one."""
        found = [axis for axis in axes if self.axes[axis].label == label]
        if len(found) == 1:
            return found[0]
        if found:
            raise PipelineError(
                f"{place} has two axes called {label!r}", remedy='Name one of them where it is made: .each("name")'
            )
        known = [self.axes[axis].label for axis in axes]
        raise PipelineError(f"{place} has no axis {label!r} to join", remedy=suggestion(label, known))

    def _innermost(self, wire: Wire, source: Source, place: str) -> int:
        inner = [a for a in source.axes if self._where[a][: len(wire.where)] == wire.where]
        if inner:
            return inner[-1]
        if not source.axes:
            raise PipelineError(f"{place} has no axis to join", remedy="Remove the join, or map something before it")
        labels = ", ".join(repr(self.axes[axis].label) for axis in source.axes)
        raise PipelineError(
            f"{place} only has axes from outside the group ({labels})",
            remedy="Name the axis, if it is to be joined in here",
        )

    def of(self, entry: Input) -> tuple[int, ...]:
        """Return the axes of an input, outer to inner."""
        if isinstance(entry, Constant):
            return ()
        if isinstance(entry, Swept):
            # Zipped with an output that has axes, the items of the list are counted anew for each of theirs.
            return (*self.axes[entry.axis].depends, entry.axis)
        return entry.axes
