"""The window *Why here?* of a document: stays beside the canvas while a person goes from node to node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFrame, QMenu, QPushButton, QScrollArea, QWidget

from ..dialogs.sheet import Sheet
from ..theme.tokens import GRID
from .legend import BadgeLine, LegendDialog
from .why_view import WhyView

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..bridge import Bridge
    from ..runs.runs import Runs
    from ..theme.theme import Theme

SIZE = (680, 560)


class WhyDialog(Sheet):
    """Shows the reasons for one node; ``fill`` puts the schemes that it may be given into the menu *Run on*."""

    def __init__(
        self,
        runs: Runs,
        bridge: Bridge,
        theme: Theme,
        fill: Callable[[QMenu, str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("Why here?"))
        self.view = WhyView(runs, bridge, theme)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(self.tr("Reasons"))
        area.setWidget(self.view)
        self.body.addWidget(area, 1)
        self.body.addSpacing(GRID)
        self.body.addWidget(BadgeLine(theme))
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(lambda: fill(self.menu, self.view.path))
        self.run_on: QPushButton = self.button(self.tr("Run on"))
        self.run_on.setMenu(self.menu)
        # The arrow stands beside the words, not under them.
        self.run_on.setStyleSheet(
            f"QPushButton {{ padding-right: {6 * GRID}px; }} QPushButton::menu-indicator {{"
            f" subcontrol-origin: padding; subcontrol-position: center right; right: {2 * GRID}px; }}"
        )
        legend = self.button(self.tr("Legend…"))
        legend.clicked.connect(lambda: LegendDialog(theme, self).open())
        self.closing_button()
        self.resize(*SIZE)

    def show_node(self, path: str) -> None:
        """Show the reasons for a node, and come to the front."""
        self.view.show_node(path)
        self.show()
        self.raise_()
        self.activateWindow()
