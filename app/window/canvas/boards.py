"""Reads pipelines and lays them out for the canvas beside the window's thread: of many nodes that takes a while."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PyQt6.QtGui import QFont, QFontMetricsF

from ....core.collector import collector_paused
from ....core.document import load
from ....core.errors import UsageError
from ....core.trust import TrustStore
from .board import Board
from .spreading import heaps, spread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ....core.pipeline import Pipeline

MANY = 500
"""Fewer nodes are laid out within a frame."""

_WAITING = 4


class Boards:
    """What was laid out and not fetched yet. ``font`` is that of the titles of cards; without, nothing is laid out."""

    def __init__(self) -> None:
        self.font: QFont | None = None
        self._made: list[tuple[Pipeline, Board]] = []

    def load(self, path: Path) -> Pipeline:
        """Read a pipeline file, from any thread, with a place for each node; FileError as ``load`` has it.

        If what the file holds is trusted, so is it with the places that its nodes are given here.
        """
        pipeline = load(path)
        if self.font is None or not (found := list(heaps(pipeline))):
            return pipeline
        trusted = TrustStore().is_trusted(pipeline)
        with collector_paused():
            spread(pipeline, found, _measure(self.font))
        if trusted:
            # Without a place to keep the key, running it will ask.
            with suppress(UsageError):
                TrustStore().trust(pipeline)
        return pipeline

    def read(self, path: Path) -> Pipeline:
        """Read a pipeline file in the same way, and lay out what it shows first."""
        pipeline = self.load(path)
        if self.font is not None and len(pipeline.nodes) > MANY:
            with collector_paused():
                board = Board(_measure(self.font))
                board.load(pipeline, ())
                # What is doubled is worked out when it is asked for first: here, not in the window's thread.
                _ = board.mapped
            self._made = [*self._made[1 - _WAITING :], (pipeline, board)]
        return pipeline

    def take(self, pipeline: Pipeline) -> Board | None:
        """Return what was laid out of a pipeline, once; None if that has to be done."""
        found = next((board for one, board in self._made if one is pipeline), None)
        self._made = [entry for entry in self._made if entry[0] is not pipeline]
        return found


def _measure(font: QFont) -> Callable[[str], float]:
    # A font of its own: Qt keeps for each thread what it knows of one.
    return QFontMetricsF(QFont(font)).horizontalAdvance
