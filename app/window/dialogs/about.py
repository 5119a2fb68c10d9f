"""Says which Treadle this is, and on what it stands."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

from PyQt6.QtCore import PYQT_VERSION_STR, QT_VERSION_STR, Qt
from PyQt6.QtWidgets import QApplication, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from .... import __version__
from ..labels import write_as
from ..theme.tokens import GRID
from .sheet import Sheet

if TYPE_CHECKING:
    from ....core.protocol import Welcome
    from ..theme.theme import Theme

LICENCE = "GPL-3.0"


class AboutDialog(Sheet):
    """The versions that a report of a problem needs, to be copied."""

    def __init__(self, theme: Theme, runner: Welcome | None, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("About Treadle"))
        self._facts = facts(runner)
        top = QHBoxLayout()
        top.setSpacing(4 * GRID)
        picture = QLabel()
        picture.setPixmap(theme.pixmap("treadle", theme.colours.accent, 56, self.devicePixelRatioF()))
        picture.setAccessibleName(self.tr("Treadle’s icon"))
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        words = QVBoxLayout()
        name = QLabel("Treadle")
        write_as(name, theme, 1.6, semibold=True)
        words.addWidget(name)
        words.addWidget(QLabel(self.tr("A workbench for parallel pipelines")))
        words.addSpacing(2 * GRID)
        words.addLayout(self._table())
        top.addLayout(words, 1)
        copy = self.button(self.tr("Copy"))
        copy.setAccessibleName(self.tr("Copy the versions"))
        copy.clicked.connect(self._copy)
        self.closing_button()
        self.setMinimumWidth(420)

    def _table(self) -> QFormLayout:
        table = QFormLayout()
        table.setHorizontalSpacing(4 * GRID)
        table.setVerticalSpacing(GRID)
        for name, value in self._facts.items():
            label = QLabel(name)
            write_as(label, self.theme, colour=self.theme.colours.secondary)
            shown = QLabel(value)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAccessibleName(f"{name}: {value}")
            table.addRow(label, shown)
        return table

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(as_text(self._facts))


def facts(runner: Welcome | None = None) -> dict[str, str]:
    """Return what a report of a problem needs to say of where it happened."""
    found = {
        "Treadle": __version__,
        "Python": f"{platform.python_version()} ({sys.executable})",
        "Qt": f"{QT_VERSION_STR}, PyQt {PYQT_VERSION_STR}",
        "System": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    if runner is not None:
        found["Runner"] = f"{runner.host}, {runner.cores} cores, {runner.memory_gb:.1f} GB, Python {runner.python}"
    return {**found, "Licence": LICENCE}


def as_text(found: dict[str, str]) -> str:
    """Return facts as lines."""
    return "\n".join(f"{name}: {value}" for name, value in found.items())
