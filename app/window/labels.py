"""Texts of the window in the sizes and colours of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .theme.tokens import BODY

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from .theme.theme import Theme


def write_as(label: QWidget, theme: Theme, size: float = BODY, *, semibold: bool = False, colour: str = "") -> None:
    """Show the text of a label in a size of the tokens.

    By a style sheet: a font that is set is lost where a label that has none gets another parent.
    """
    points = theme.font(size).pointSizeF()
    weight = "font-weight: 600; " if semibold else ""
    shade = f"color: {colour}; " if colour else ""
    sheet = f"{type(label).__name__} {{ {shade}{weight}font-size: {points:.1f}pt }}"
    if label.styleSheet() != sheet:
        # Qt takes its time for it, also where nothing changes.
        label.setStyleSheet(sheet)
