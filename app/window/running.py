"""What the window does as the runs of its documents go: asks for trust, tells the end, names progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QApplication

from .explain.explaining import Explaining
from .runs.restricted_bar import RestrictedBar
from .runs.stop_bar import StopBar
from .runs.trust_prompt import TrustPrompt

if TYPE_CHECKING:
    from ...core.protocol import TrustState
    from .page import DocumentPage
    from .window import Window

LONG_SECONDS = 30.0
"""The end of a run that took longer is worth a sign when the window is not in front."""


class Running(QObject):
    """Follows the runs of one page, for its window."""

    def __init__(self, window: Window, page: DocumentPage) -> None:
        super().__init__(page)
        self._window, self._page, self._runs = window, page, page.runs
        self.prompt: TrustPrompt | None = None
        bar = RestrictedBar(page.runs, window.shared.theme, page)
        page.layout_.insertWidget(0, bar)
        bar.look_requested.connect(self._look)
        stopped = StopBar(page.runs, window.shared.theme, page)
        page.layout_.insertWidget(1, stopped)
        stopped.node_requested.connect(page.show_node)
        page.runs.stops.changed.connect(window.refresh)
        page.runs.trust_needed.connect(self._ask_trust)
        page.runs.state_changed.connect(window.refresh)
        page.runs.tasks_changed.connect(lambda _rows: window.name())
        page.runs.run_begun.connect(self._begun)
        page.runs.run_ended.connect(self._ended)
        page.canvas.run_to_requested.connect(lambda node: page.runs.start(until=(node,)))
        page.canvas.failures_requested.connect(window.rooms.show_failures)
        self.explaining = Explaining(page, window.shared)

    @property
    def progress(self) -> str:
        """How many tasks are over, of how many; empty if nothing runs."""
        record = self._runs.record
        if not self._runs.going or record is None:
            return ""
        counts = record.counts()
        total = sum(counts.values())
        left = sum(counts.get(state, 0) for state in ("waiting", "ready", "dispatched", "running"))
        return f"{total - left}/{total}" if total else ""

    def _look(self) -> None:
        from ...core.protocol import TrustState

        self._ask_trust(TrustState(trusted=False, code=self._runs.trusting.code))

    def _ask_trust(self, state: TrustState) -> None:
        if self.prompt is not None:
            return
        self.prompt = TrustPrompt(state, self._page.document.pipeline, self._window.shared.theme, self._window)
        self.prompt.accepted.connect(self._runs.trust_and_run)
        self.prompt.finished.connect(self._answered)
        self.prompt.open()

    def _answered(self) -> None:
        self.prompt = None

    def _begun(self) -> None:
        if self._window.page is self._page:
            self._window.docks.offer("tasks")

    def _ended(self) -> None:
        record = self._runs.record
        if record is not None and record.seconds > LONG_SECONDS and not self._window.isActiveWindow():
            QApplication.alert(self._window)
        self._window.refresh()
