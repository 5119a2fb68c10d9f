"""Asks a controller to end with all its engines, whoever started them, after saying whose they are and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words
from .ending import EndingSheet

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from .....core.protocol import ClusterRow
    from ...theme.theme import Theme
    from ..clusters import Clusters


class ShutDownDialog(EndingSheet):
    """Closes once all have ended; what of ours has not within ten seconds is named, and can be killed."""

    def __init__(self, clusters: Clusters, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self.entitle(self.tr("Request cluster shutdown"))
        self.title.setText(self.tr("Shut down cluster {name}?").format(name=self.about_one))
        self.count = self.text("")
        self.what = self.text("")
        self.about = self.quiet(self.text(""))
        self.add_rest()
        self.shut_down = self.button(self.tr("Shut down"))
        self.shut_down.clicked.connect(self.begin_shut_down)
        self.refresh()

    def refresh(self) -> None:
        """Say what would end."""
        row = self.clusters.row(self.about_one)
        there = row is not None and row.answers and self.clusters.looked(self.about_one)
        lines = words.what_would_end(row) if row is not None and there else []
        self.what.setText("\n".join(f"•  {line}" for line in lines))
        self.what.setVisible(there)
        self.count.setText(self._counted(row))
        self.about.setText(self._about(row))
        self.about.setVisible(bool(self.about.text()))
        self.enable(idle=not self.strip.going)

    def _counted(self, row: ClusterRow | None) -> str:
        if row is None or not row.answers:
            return self.tr("It does not run, or its controller does not answer.")
        if not self.clusters.looked(self.about_one):
            return self.tr("Asking it which engines it has…")
        if not row.engines:
            return self.tr("Its controller ends. It has no engines.")
        return self.tr("Its controller ends, and with it {engines}:").format(engines=words.engines(len(row.engines)))

    def _about(self, row: ClusterRow | None) -> str:
        if row is None or not row.answers:
            return ""
        parts = []
        if not row.ours or words.foreign(row):
            parts.append(self.tr("Others may be working with it: what they run there is lost."))
        if row.busy:
            parts.append(self.tr("A run of this window uses it: its tasks go elsewhere, or fail."))
        return " ".join(parts)

    def enable(self, *, idle: bool) -> None:
        """Let the person decide while nothing goes on and the cluster answers."""
        row = self.clusters.row(self.about_one)
        self.shut_down.setEnabled(idle and row is not None and row.answers and self.clusters.looked(self.about_one))
        self.still_there.setEnabled(idle)

    def begin_shut_down(self) -> None:
        """Ask the controller to end."""
        self.begin_to_end(self.clusters.shut_down(self.about_one))
