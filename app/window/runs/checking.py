"""Has a document checked while it is edited; asks in a pause how fresh its nodes are, and where they would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core import protocol as p
from ..scheme_choices import read, run_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core.errors import TreadleError
    from ....core.validation.problems import Problem
    from ..bridge import Bridge
    from ..document import Document
    from ..settings import Settings
    from .packing import Packer

CHECK_MS = 300
SCHEMES_MS = 400
FRESH_MS = 1_000
"""So long after the last edit."""


class Checking(QObject):
    """What is wrong with a document, how fresh its nodes are, and where they would run, as the runner told last.

    ``fresh_is_current`` says whether what was told of freshness is of the document as it is now; ``no_schemes`` why
    nothing is told of schemes, if that cannot be, and ``unplaced`` of which nodes no scheme can run. ``scheme`` is the
    one of the next run.
    One question of each kind is under way at a time; an answer for a document that was edited since is dropped, and
    the question asked again.
    """

    problems_changed = pyqtSignal()
    fresh_changed = pyqtSignal()
    schemes_changed = pyqtSignal()

    def __init__(self, bridge: Bridge, document: Document, settings: Settings, packer: Packer, parent: QObject) -> None:
        super().__init__(parent)
        self.problems: tuple[Problem, ...] = ()
        self.fresh: Mapping[str, p.NodeFresh] = {}
        self.schemes: Mapping[str, p.NodeSchemes] = {}
        self.unplaced: tuple[p.NodeSchemes, ...] = ()
        self._found: tuple[p.NodeSchemes, ...] = ()
        self.no_schemes = ""
        self.scheme = settings.text("scheme")
        self.fresh_is_current = False
        self.resting = False
        self._bridge, self._document, self._settings, self._packer = bridge, document, settings, packer
        waits: dict[type[p.Request], int] = {
            p.CheckDocument: CHECK_MS, p.AskSchemes: SCHEMES_MS, p.AskFreshness: FRESH_MS
        }  # fmt: skip
        self._versions: dict[type[p.Request], int] = dict.fromkeys(waits, 0)
        self._under_way: set[type[p.Request]] = set()
        self._timers = {kind: self._timer(ms) for kind, ms in waits.items()}
        for kind, timer in self._timers.items():
            timer.timeout.connect(lambda kind=kind: self._ask(kind))
        document.changed.connect(lambda _edit: self.again())
        document.file_changed.connect(self.again)
        settings.changed.connect(self._chosen)
        bridge.state_changed.connect(lambda _state, _why: self._bridge_changed())
        self.again()

    def _timer(self, ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        return timer

    def again(self) -> None:
        """Ask anew, soon: the document is another."""
        self.fresh_is_current = False
        for kind in self._timers:
            self._ask_soon(kind)

    def choose(self, scheme: str) -> None:
        """Have the next run use a scheme."""
        self.scheme = scheme
        self._ask_soon(p.AskSchemes)

    def _chosen(self, name: str) -> None:
        if name == "schemes":
            self._ask_soon(p.AskSchemes)

    def _ask_soon(self, kind: type[p.Request]) -> None:
        self._versions[kind] += 1
        self._timers[kind].start()

    def ask_freshness(self) -> None:
        """Ask at once how fresh the nodes are: a run has made results."""
        self._ask(p.AskFreshness)

    def rest(self, *, resting: bool) -> None:
        """Ask nothing about freshness and schemes while a run goes: what it finds is told by the run."""
        self.resting = resting
        if not resting:
            self.ask_freshness()
            self._ask_soon(p.AskSchemes)

    def close(self) -> None:
        """Ask nothing any more."""
        for kind, timer in self._timers.items():
            self._versions[kind] += 1
            timer.stop()
            timer.timeout.disconnect()
        self._settings.changed.disconnect(self._chosen)

    def _bridge_changed(self) -> None:
        if self._bridge.state in {"starting", "gone"}:
            # Whoever was asked will not answer.
            self._under_way.clear()
        elif self._bridge.state == "idle":
            for kind, timer in self._timers.items():
                if not timer.isActive() and kind not in self._under_way:
                    timer.start()

    def _ask(self, kind: type[p.Request]) -> None:
        if kind in self._under_way or self._bridge.state != "idle" or (self.resting and kind is not p.CheckDocument):
            return
        self._under_way.add(kind)
        version = self._versions[kind]
        self._packer.pack(self._document.pipeline.copy(), lambda packed: self._send(kind, version, packed))

    def _send(self, kind: type[p.Request], version: int, packed: Any) -> None:
        facts: dict[str, Any] = {"document": packed}
        if not isinstance(packed, p.Document):
            self._take(kind, version, packed)
            return
        if kind is p.AskFreshness:
            facts["cache_folder"] = self._settings.text("cache_folder")
        elif kind is p.AskSchemes:
            facts |= {"scheme": self.scheme, **run_options(read(self._settings.text("schemes")))}
        self._bridge.ask(kind, lambda answer: self._take(kind, version, answer), **facts)

    def _take(self, kind: type[p.Request], version: int, answer: Any) -> None:
        self._under_way.discard(kind)
        if version != self._versions[kind]:
            if not self._timers[kind].isActive():
                self._timers[kind].start()
        elif isinstance(answer, p.ProblemList):
            self._set_problems(answer.problems)
        elif isinstance(answer, p.FreshnessList):
            self._set_fresh({node.node: node for node in answer.nodes})
        elif isinstance(answer, p.SchemeReasons):
            self._set_schemes(answer.found)
        elif kind is p.CheckDocument:
            self._take_no_check(answer)
        elif kind is p.AskSchemes:
            self._set_schemes((), str(answer))
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

    def _set_schemes(self, found: tuple[p.NodeSchemes, ...], why_none: str = "") -> None:
        if (found, why_none) != (self._found, self.no_schemes):
            self._found, self.no_schemes = found, why_none
            self.schemes = {node: one for one in found for node in one.nodes}
            self.unplaced = tuple(one for one in found if not one.chosen)
            self.schemes_changed.emit()
