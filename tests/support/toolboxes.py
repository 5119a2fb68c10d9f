"""The card of the IPython scheme with its dialogs in a test: with clusters of a fake bridge, or of a real one."""

from __future__ import annotations

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QWidget

from treadle.app.window.settings import Settings
from treadle.app.window.theme.theme import Theme
from treadle.app.window.toolbox.clusters import Clusters
from treadle.app.window.toolbox.ipython.card import IPythonCard
from treadle.app.window.toolbox.ipython.remembered import Remembered
from treadle.app.window.toolbox.preferences import Preferences


class Toolbox:
    """A card that is shown, and all that belongs to it."""

    def __init__(self, bridge, folder) -> None:
        self.bridge, self.ended = bridge, False
        self.theme = Theme("light")
        self.settings = Settings(folder / "window.ini")
        self.remembered = Remembered(self.settings)
        self.clusters = Clusters(bridge)
        self.around = QWidget()
        self.around.resize(720, 400)
        self.card = IPythonCard(self.clusters, self.remembered, Preferences(self.settings), self.theme, self.around)
        self.card.setGeometry(0, 0, 720, 160)
        self.around.show()
        QApplication.processEvents()
        self.dialogs = self.card.dialogs

    @property
    def row(self):
        return self.clusters.row()

    def end(self) -> None:
        """Close all; once more does nothing."""
        if self.ended:
            return
        self.ended = True
        close_dialogs(self.dialogs)
        self.around.close()
        self.around.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def close_dialogs(dialogs):
    """Close all that is open, whatever goes on."""
    for dialog in list(dialogs.open.values()):
        dialog.deleteLater()
