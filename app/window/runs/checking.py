"""Has a document checked while it is edited, and asks how fresh its nodes are when the person pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core import protocol as p

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core.errors import TreadleError
    from ....core.validation.problems import Problem
    from ..bridge import Bridge
    from ..document import Document
    from ..settings import Settings
    from .packing import Packer

CHECK_MS = 300
FRESH_MS = 1_000
"""So long after the last edit."""


class Checking(QObject):
    """What is wrong with a document, and how fresh its nodes are, as the runner told last.

    ``fresh_is_current`` says whether what was told of freshness is of the document as it is now.
    One question of each kind is under way at a time; an answer for a document that was edited since is dropped, and
    the question asked again.
    """

    problems_changed = pyqtSignal()
    fresh_changed = pyqtSignal()

    def __init__(self, bridge: Bridge, document: Document, settings: Settings, packer: Packer, parent: QObject) -> None:
        super().__init__(parent)
        self.problems: tuple[Problem, ...] = ()
        self.fresh: Mapping[str, p.NodeFresh] = {}
        self.fresh_is_current = False
        self.resting = False
        self._bridge, self._document, self._settings, self._packer = bridge, document, settings, packer
        self._version = 0
        self._under_way: set[type[p.Request]] = set()
        self._timers = {p.CheckDocument: self._timer(CHECK_MS), p.AskFreshness: self._timer(FRESH_MS)}
        for kind, timer in self._timers.items():
            timer.timeout.connect(lambda kind=kind: self._ask(kind))
        document.changed.connect(lambda _edit: self.again())
        document.file_changed.connect(self.again)
        bridge.state_changed.connect(lambda _state, _why: self._bridge_changed())
        self.again()

    def _timer(self, ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        return timer

    def again(self) -> None:
        """Ask anew, soon: the document is another."""
        self._version += 1
        self.fresh_is_current = False
        for timer in self._timers.values():
            timer.start()

    def ask_freshness(self) -> None:
        """Ask at once how fresh the nodes are: a run has made results."""
        self._ask(p.AskFreshness)

    def rest(self, *, resting: bool) -> None:
        """Ask nothing about freshness while a run goes: what it finds is told by the run."""
        self.resting = resting
        if not resting:
            self.ask_freshness()

    def close(self) -> None:
        """Ask nothing any more."""
        self._version += 1
        for timer in self._timers.values():
            timer.stop()
            timer.timeout.disconnect()

    def _bridge_changed(self) -> None:
        if self._bridge.state in {"starting", "gone"}:
            # Whoever was asked will not answer.
            self._under_way.clear()
        elif self._bridge.state == "idle":
            for kind, timer in self._timers.items():
                if not timer.isActive() and kind not in self._under_way:
                    timer.start()

    def _ask(self, kind: type[p.Request]) -> None:
        if kind in self._under_way or self._bridge.state != "idle" or (self.resting and kind is p.AskFreshness):
            return
        self._under_way.add(kind)
        version = self._version
        self._packer.pack(self._document.pipeline.copy(), lambda packed: self._send(kind, version, packed))

    def _send(self, kind: type[p.Request], version: int, packed: Any) -> None:
        facts: dict[str, Any] = {"document": packed}
        if not isinstance(packed, p.Document):
            self._take(kind, version, packed)
            return
        if kind is p.AskFreshness:
            facts["cache_folder"] = self._settings.text("cache_folder")
        self._bridge.ask(kind, lambda answer: self._take(kind, version, answer), **facts)

    def _take(self, kind: type[p.Request], version: int, answer: Any) -> None:
        self._under_way.discard(kind)
        if version != self._version:
            if not self._timers[kind].isActive():
                self._timers[kind].start()
        elif isinstance(answer, p.ProblemList):
            self._set_problems(answer.problems)
        elif isinstance(answer, p.FreshnessList):
            self._set_fresh({node.node: node for node in answer.nodes})
        elif kind is p.CheckDocument:
            self._take_no_check(answer)
        else:
            # A pipeline that cannot run is fresh nowhere; what is wrong is told by the check.
            self._set_fresh({})

    def _take_no_check(self, error: TreadleError) -> None:
        from ....core.validation.problems import Problem
        from ...runner.client import RunnerGoneError

        if not isinstance(error, RunnerGoneError):
            self._set_problems((Problem("error", "document", error.where, error.message, error.remedy),))

    def _set_problems(self, problems: tuple[Problem, ...]) -> None:
        if problems != self.problems:
            self.problems = problems
            self.problems_changed.emit()

    def _set_fresh(self, fresh: Mapping[str, p.NodeFresh]) -> None:
        if fresh != self.fresh or not self.fresh_is_current:
            self.fresh, self.fresh_is_current = fresh, True
            self.fresh_changed.emit()
