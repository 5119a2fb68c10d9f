"""The welcome page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from ..commands.commands import Commands
    from ..file_actions import FileActions
    from ..shared import Shared


class WelcomePage(QWidget):
    """New, Open, Recent, and the examples."""

    def __init__(self, shared: Shared, commands: Commands, files: FileActions, parent: QWidget) -> None:
        super().__init__(parent)
        QVBoxLayout(self).addWidget(QLabel("Welcome"))
