"""The menu *Run on*: the schemes in the person's order, for all nodes that are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QAction, QActionGroup, QIcon

from ..scheme_badges import scheme_badge
from ..scheme_choices import AUTO, read
from ..scheme_words import scheme_word
from .run_on import preferred, run_on, targets, why_not

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PyQt6.QtWidgets import QMenu

    from ....core.pipeline import Where
    from ..document import Document
    from ..settings import Settings
    from ..theme.theme import Theme


class RunOnMenu:
    """Fills a menu for nodes of one document; choosing is one step to undo."""

    def __init__(self, document: Document, settings: Settings, theme: Theme) -> None:
        self._document, self._settings, self._theme = document, settings, theme

    def fill(self, menu: QMenu, where: Where, ids: Iterable[str]) -> None:
        """Put the schemes into a menu; what not all of these nodes can run on is grey and says why."""
        menu.clear()
        menu.setToolTipsVisible(True)
        found = targets(self._document.pipeline, where, ids)
        if not found:
            nothing = menu.addAction(_tr("Select a node first"))
            assert nothing is not None
            nothing.setEnabled(False)
            return
        now = preferred(found)
        group = QActionGroup(menu)
        choices = read(self._settings.text("schemes"))
        names = [AUTO, *(one.name for one in choices if one.known)]
        off = {one.name for one in choices if not one.enabled}
        for name in names:
            action = self._action(menu, name, why_not(found, name), off=name in off)
            action.setChecked(name == now)
            action.triggered.connect(lambda _on, name=name, ids=tuple(ids): self.choose(where, ids, name))
            group.addAction(action)
            menu.addAction(action)
            if name == AUTO:
                menu.addSeparator()

    def _action(self, menu: QMenu, name: str, why: str, *, off: bool) -> QAction:
        word = scheme_word(name)
        ratio = menu.devicePixelRatioF()
        icon = self._theme.icon("parallel") if name == AUTO else QIcon(scheme_badge(self._theme, name, ratio))
        note = why or (_tr("switched off, so others are taken") if off else "")
        action = QAction(icon, f"{word} — {note}" if note else word, menu)
        action.setObjectName(name)
        action.setCheckable(True)
        action.setEnabled(not why)
        action.setToolTip(why or _help(name))
        return action

    def choose(self, where: Where, ids: Iterable[str], scheme: str) -> None:
        """Have nodes ask for a scheme, those inside groups too, in one step."""
        pipeline = self._document.pipeline
        edit = run_on(pipeline, targets(pipeline, where, ids), scheme)
        if edit is not None:
            self._document.edit(edit, _tr("run on {scheme}").format(scheme=scheme_word(scheme)))


def _help(scheme: str) -> str:
    if scheme == AUTO:
        return _tr("Treadle chooses in each run, and says why")
    return _tr("Runs have it there whenever that is possible")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Run on", text)
