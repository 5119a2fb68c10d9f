"""Puts one style sheet of an application in the place of another, quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication


class _Unheard(QObject):
    """Keeps from all widgets that their style is another one."""

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        return event is not None and event.type() == QEvent.Type.StyleChange


def put_sheet(application: QApplication, sheet: str) -> None:
    """Dress an application in a style sheet, whatever it wore before.

    Qt goes from one sheet to another by dressing each widget once for every widget that it lies in; from none to one
    it dresses each once. So the old sheet is taken off first, and no widget hears of it: lists would make room for
    rows of another height, and lose their places.
    """
    unheard = _Unheard()
    application.installEventFilter(unheard)
    try:
        application.setStyleSheet("")
    finally:
        application.removeEventFilter(unheard)
    application.setStyleSheet(sheet)
