"""Where the run of a document waits at breakpoints, and lets it go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core import protocol as p

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..bridge import Bridge
    from .runs import Runs


class Stops(QObject):
    """``places`` are the paths of the nodes and groups at whose breakpoints the run waits, that reached first first.

    ``halted`` says that nothing else of the run goes on meanwhile; ``changed`` that either is another.
    """

    changed = pyqtSignal()

    def __init__(self, bridge: Bridge, runs: Runs) -> None:
        super().__init__(runs)
        self.places: tuple[str, ...] = ()
        self.halted = False
        self._bridge, self._runs = bridge, runs
        bridge.news.connect(self._hear)
        runs.tasks_changed.connect(lambda _rows: self._set(self.places))
        for over in (runs.run_begun, runs.run_ended):
            over.connect(lambda: self._set(()))

    def go_on(self, places: Iterable[str] = ()) -> None:
        """Let go on what waits at these breakpoints, or at all where it waits now."""
        record = self._runs.record
        chosen = [place for place in self.places if place in places] if places else list(self.places)
        if record is None or not chosen:
            return
        self._bridge.ask(p.ResumeRun, _nothing, run=record.id, breakpoints=tuple(chosen))
        self._set(tuple(place for place in self.places if place not in chosen))

    def _hear(self, news: Any) -> None:
        record = self._runs.record
        if isinstance(news, p.RunNews) and news.waits_at is not None and record is not None and news.run == record.id:
            self._set(news.waits_at)

    def _set(self, places: tuple[str, ...]) -> None:
        record = self._runs.record
        halted = bool(places) and record is not None and not any(map(record.counts().get, ("dispatched", "running")))
        if (places, halted) != (self.places, self.halted):
            self.places, self.halted = places, halted
            self.changed.emit()


def _nothing(_answer: Any) -> None:
    """The run may be over before it could be told: its end is told."""
