from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QMenu

from treadle.app.window.commands.commands import Commands
from treadle.app.window.commands.shortcuts import Shortcuts
from treadle.app.window.settings import Settings
from treadle.app.window.theme.theme import Theme


@pytest.fixture
def menu(qtbot, tmp_path):
    made = QMenu()
    qtbot.addWidget(made)
    Commands(Theme("light"), Shortcuts(Settings(tmp_path / "window.ini")), made).fill(made, ("pipeline.disable",))
    return made


def test_a_menu_of_commands_takes_each_key_before_the_keys_of_commands_are_looked_for(menu):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier, "d")
    event.ignore()
    QApplication.sendEvent(menu, event)
    assert event.isAccepted()
