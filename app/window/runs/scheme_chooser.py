"""The button that says which scheme the next run of a document uses, and lets a person choose another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup, QIcon
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from .. import amounts
from ..scheme_badges import scheme_badge
from ..scheme_choices import AUTO
from ..scheme_words import plugin_words, scheme_word
from ..theme.tokens import GRID, SCHEMES

if TYPE_CHECKING:
    from ..bridge import Bridge
    from ..theme.theme import Theme
    from .runs import Runs


class SchemeChooser(QToolButton):
    """``chosen`` tells the scheme that was chosen; it is kept for the document.

    ``settings_wanted`` tells that somebody wants to set how schemes are used.
    """

    chosen = pyqtSignal(str)
    settings_wanted = pyqtSignal()

    def __init__(self, bridge: Bridge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._theme = bridge, theme
        self._runs: Runs | None = None
        self._group = QActionGroup(self)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # The arrow stands beside the words, not under them.
        self.setStyleSheet(
            f"QToolButton {{ padding-right: {5 * GRID}px; }}"
            f"QToolButton::menu-indicator {{ subcontrol-origin: padding; subcontrol-position: center right;"
            f" right: {GRID}px; }}"
        )
        theme.changed.connect(self._draw)
        self._draw()

    def set_runs(self, runs: Runs | None) -> None:
        """Choose for another document, or for none."""
        self._runs = runs
        self._draw()

    @property
    def scheme(self) -> str:
        """What is chosen."""
        return AUTO if self._runs is None else self._runs.scheme

    def choose(self, scheme: str) -> None:
        """Have the next run of the document use a scheme."""
        if self._runs is not None and scheme != self._runs.scheme:
            self._runs.scheme = scheme
            self._draw()
            self.chosen.emit(scheme)

    def _draw(self) -> None:
        word = self.word(self.scheme)
        self.setEnabled(self._runs is not None)
        self.setText(word)
        self.setIcon(self._icon(self.scheme))
        self.setToolTip(f"{self.tr('Scheme')}: {word}\n{self._help(self.scheme)}")
        self.setAccessibleName(self.tr("Scheme of the next run"))
        self.setAccessibleDescription(word)

    def _fill(self) -> None:
        self._menu.clear()
        welcome = self._bridge.welcome
        known = tuple(SCHEMES) if welcome is None else welcome.schemes
        for scheme in (AUTO, *known):
            if scheme == "serial":
                self._menu.addSeparator()
            self._add(scheme)
        self._menu.addSeparator()
        settings = QAction(self.tr("Order and settings…"), self._menu)
        settings.triggered.connect(lambda _checked: self.settings_wanted.emit())
        self._menu.addAction(settings)

    def _add(self, scheme: str) -> None:
        text = self.word(scheme)
        if count := self._count(scheme):
            text += f"\t{count}"
        action = QAction(self._icon(scheme), text, self._menu)
        action.setCheckable(True)
        action.setChecked(scheme == self.scheme)
        action.setFont(self._theme.font(semibold=action.isChecked()))
        action.setToolTip(self._help(scheme))
        action.triggered.connect(lambda _checked: self.choose(scheme))
        self._group.addAction(action)
        self._menu.addAction(action)

    def _count(self, scheme: str) -> str:
        """Return how many tasks of the newest run a scheme took."""
        record = None if self._runs is None else self._runs.record
        count = 0 if record is None else record.schemes.get(scheme, 0)
        return f"{amounts.count(count)} {self.tr('task') if count == 1 else self.tr('tasks')}" if count else ""

    def word(self, scheme: str) -> str:
        """Return what a scheme is called; behind a colon stands a profile."""
        name, _, profile = scheme.partition(":")
        return scheme_word(name) + (f" · {profile}" if profile else "")

    def _help(self, scheme: str) -> str:
        texts = {
            AUTO: self.tr("For each task the scheme that finishes it first; each says why"),
            "threads": self.tr("One process whose threads share values: for modules that declare it"),
            "processes": self.tr("One process per core: a crash costs one task"),
            "ipython": self.tr("The engines of a running cluster, or of one that is started for the run"),
            "serial": self.tr("One task after the other, in a process of its own: to find what is wrong"),
        }
        return texts.get(scheme.partition(":")[0], "") or plugin_words(scheme)

    def _icon(self, scheme: str) -> QIcon:
        name = scheme.partition(":")[0]
        if name == AUTO:
            return self._theme.icon("parallel")
        return QIcon(scheme_badge(self._theme, name, self.devicePixelRatioF()))
