"""Builds the menus and the toolbar of a window from its commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, QSize, Qt
from PyQt6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from ..examples import all_examples, shipped_examples
from .commands.table import EXAMPLES, MENUS, PANELS, RECENT, RUN_ON
from .runner_sign import RunnerSign
from .theme.tokens import ICON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QAction

    from ..examples import Example
    from .commands.commands import Commands
    from .settings import Settings
    from .theme.theme import Theme


def _tr(text: str) -> str:
    return QCoreApplication.translate("menus", text)


class Menus:
    """The menu bar. What is only known at run time (recent files, panels) is filled in when a menu opens."""

    def __init__(
        self,
        window: QMainWindow,
        commands: Commands,
        settings: Settings,
        open_file: Callable[[Path], object],
        open_example: Callable[[str], object],
        panels: Callable[[], list[QAction]],
    ) -> None:
        self._settings, self._open_file = settings, open_file
        bar = window.menuBar()
        assert bar is not None
        for title, items in MENUS:
            menu = bar.addMenu(QCoreApplication.translate("commands", title))
            assert menu is not None
            for item in items:
                if item == RECENT:
                    self._recent = self._submenu(menu, _tr("Open &recent"))
                    self._recent.aboutToShow.connect(self._fill_recent)
                elif item == EXAMPLES:
                    self._examples = self._submenu(menu, _tr("Open e&xample"))
                    self._fill_examples(shipped_examples(), open_example)
                    self._examples.aboutToShow.connect(lambda: self._fill_examples(all_examples(), open_example))
                elif item == RUN_ON:
                    self.run_on = self._submenu(menu, _tr("Run &on"))
                elif item == PANELS:
                    self._submenu(menu, _tr("Pane&ls")).addActions(panels())
                else:
                    commands.fill(menu, (item,))

    def _submenu(self, menu: QMenu, title: str) -> QMenu:
        made = menu.addMenu(title)
        assert made is not None
        return made

    def _fill_recent(self) -> None:
        self._recent.clear()
        for number, path in enumerate(map(Path, self._settings.recent()), 1):
            there = path.is_file()
            text = f"&{number % 10}  {path.name}" + ("" if there else "  " + _tr("(missing)"))
            action = self._recent.addAction(text)
            assert action is not None
            action.setToolTip(str(path))
            action.setEnabled(there)
            action.triggered.connect(lambda _checked, path=path: self._open_file(path))
        if self._recent.isEmpty():
            none = self._recent.addAction(_tr("No files yet"))
            assert none is not None
            none.setEnabled(False)
            return
        self._recent.addSeparator()
        forget = self._recent.addAction(_tr("Forget these files"))
        assert forget is not None
        forget.triggered.connect(self._settings.forget_files)

    def _fill_examples(self, examples: Sequence[Example], open_example: Callable[[str], object]) -> None:
        self._examples.clear()
        before = ""
        for name, title, _file, origin in examples:
            if origin != before:
                before = origin
                self._examples.addSection(origin)
            action = self._examples.addAction(title)
            assert action is not None
            action.triggered.connect(lambda _checked, name=name: open_example(name))


class Toolbar(QToolBar):
    """The toolbar: runs on the left, the search for commands, and how the runner does on the right."""

    def __init__(self, commands: Commands, theme: Theme, parent: QMainWindow) -> None:
        super().__init__(_tr("Toolbar"), parent)
        self.setObjectName("toolbar")
        self.setAccessibleName(_tr("Toolbar"))
        self.setMovable(False)
        self.setIconSize(QSize(ICON, ICON))
        self._commands = commands
        self.add("run.start", words=True)
        self.add("run.to-here", words=True)
        self.add("run.pause")
        self.add("run.cancel")
        self.scheme_place = self.addSeparator()
        self.add("file.new")
        self.add("file.open")
        self.add("file.save")
        self.addSeparator()
        self.add("edit.undo")
        self.add("edit.redo")
        self.addSeparator()
        self.add("edit.add", words=True)
        self.add("view.commands", words=True)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        self.runner = RunnerSign(theme, commands.action("run.restart-runner"))
        self.addWidget(self.runner)

    def add(self, command_id: str, *, words: bool = False) -> None:
        """Add a command as a button."""
        action = self._commands.action(command_id)
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        button.setAccessibleName(self._commands.command(command_id).words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if words:
            # A button shows its action's text, and dots belong into menus only.
            action.setIconText(self._commands.command(command_id).words)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def put_scheme_chooser(self, chooser: QWidget) -> None:
        """Put the chooser of the scheme beside the buttons that run."""
        self.insertWidget(self.scheme_place, chooser)
