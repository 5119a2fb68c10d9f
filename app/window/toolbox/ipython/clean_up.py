"""Lets go of what Treadle started of a cluster: it is stopped, or left running to be found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words
from .ending import EndingSheet

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from .....core.protocol import ClusterRow, Fate
    from ...theme.theme import Theme
    from ..clusters import Clusters


class CleanUpDialog(EndingSheet):
    """Closes once all is as it was wanted; what did not end within ten seconds is named, and can be killed."""

    def __init__(self, clusters: Clusters, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self.entitle(self.tr("Clean up"))
        self.what = self.text("")
        self.warning = self.text("")
        self.about = self.quiet(self.text(""))
        self.add_rest()
        self.leave = self.button(self.tr("Leave running"))
        self.leave.clicked.connect(lambda: self.let_go("leave"))
        self.stop = self.button(self.tr("Stop"))
        self.stop.clicked.connect(lambda: self.let_go("stop"))
        self.refresh()

    def refresh(self) -> None:
        """Say what Treadle started, and what an end would take along."""
        row = self.clusters.row(self.about_one)
        held = words.is_to_let_go(row)
        if self.still_there.isHidden():
            self.title.setText(_question(self, row))
        self.what.setText("\n".join(f"•  {line}" for line in words.what_is_ours(row)) if row and held else "")
        self.what.setVisible(held)
        self.warning.setText("\n".join(_warnings(self, row)) if row and held else "")
        self.warning.setVisible(bool(self.warning.text()))
        self.about.setText(self._about(row))
        self.enable(idle=not self.strip.going)

    def _about(self, row: ClusterRow | None) -> str:
        if row is None or not words.is_to_let_go(row):
            return self.tr("What others started is not touched by cleaning up.")
        stops = self.tr("Stop ends them; whatever they do is lost.")
        if not row.held:
            return stops
        leaves = self.tr(
            "Left running, they do not end with Treadle: runs go on using them, and the next start finds them again."
        )
        return f"{stops} {leaves}"

    def enable(self, *, idle: bool) -> None:
        """Let the person decide while nothing goes on and there is something to let go of."""
        row = self.clusters.row(self.about_one)
        self.stop.setEnabled(idle and words.is_to_let_go(row))
        self.leave.setEnabled(idle and row is not None and row.held)
        self.leave.setVisible(row is None or not row.left_running)
        self.still_there.setEnabled(idle)

    def let_go(self, fate: Fate) -> None:
        """Stop it, or leave it running."""
        self.begin_to_end(self.clusters.let_go(self.about_one, fate))


def _question(dialog: CleanUpDialog, row: ClusterRow | None) -> str:
    if row is not None and row.left_running and not row.held:
        return dialog.tr("Stop what Treadle left running of cluster {name}?").format(name=dialog.about_one)
    if row is None or not row.held:
        return dialog.tr("Nothing of cluster {name} belongs to this Treadle").format(name=dialog.about_one)
    return dialog.tr("Stop what Treadle started of cluster {name}, or leave it running?").format(name=dialog.about_one)


def _warnings(dialog: CleanUpDialog, row: ClusterRow) -> list[str]:
    found = []
    if row.busy:
        found.append(dialog.tr("A run uses this cluster: what it executes there is lost and runs elsewhere, or fails."))
    others = words.foreign(row)
    if row.ours and others:
        found.append(dialog.tr("Engines of others lose their controller and end: {what}.").format(what=others))
    return found
