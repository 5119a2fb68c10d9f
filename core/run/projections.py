"""Picks from the places of a task along some axes those along others."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from .tasks import Index

Projection = Callable[[Index], Index]

Project = Callable[[tuple[int, ...], tuple[int, ...]], Projection]
"""Returns the function that picks from places along the first axes those along the others: see ``between``."""


class Projections:
    """The functions that pick, each made once."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], Projection] = {}

    def between(self, held: tuple[int, ...], wanted: tuple[int, ...]) -> Projection:
        """Return the function that picks from places along ``held`` axes those along ``wanted`` ones."""
        key = (held, wanted)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _projection(held, wanted)
        return found


def _projection(held: tuple[int, ...], wanted: tuple[int, ...]) -> Projection:
    if held == wanted:
        return lambda index: index
    places = [held.index(axis) for axis in wanted]
    if places == list(range(len(places))):
        return itemgetter(slice(0, len(places)))
    if len(places) == 1:
        place = places[0]
        return lambda index: (index[place],)
    return itemgetter(*places)
