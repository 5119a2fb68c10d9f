"""The small signs in Qt's own widgets: arrows of lists and numbers, checks of boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tokens import GRID

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tokens import Colours

    Picture = Callable[[str, str], str]


def signs_sheet(colours: Colours, picture: Picture) -> str:
    """Return the part of a style sheet for them; ``picture`` gives the file of an icon in a colour."""
    c, g = colours, GRID
    down, up = _url(picture("down", c.secondary)), _url(picture("up", c.secondary))
    return f"""
QComboBox {{ padding-right: {5 * g}px; }}
QComboBox::drop-down {{ border: none; width: {5 * g}px; subcontrol-origin: border;
    subcontrol-position: center right; }}
QComboBox::down-arrow {{ {down} width: {3 * g}px; height: {3 * g}px; }}
QAbstractSpinBox {{ padding-right: {5 * g}px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; background: transparent;
    width: {5 * g}px; subcontrol-origin: border; }}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
QAbstractSpinBox::up-arrow {{ {up} width: {2 * g + 2}px; height: {2 * g + 2}px; }}
QAbstractSpinBox::down-arrow {{ {down} width: {2 * g + 2}px; height: {2 * g + 2}px; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {c.accent_ground}; }}
QCheckBox::indicator, QTreeView::indicator, QListView::indicator, QTableView::indicator {{ width: {4 * g - 2}px;
    height: {4 * g - 2}px; border: 1px solid {c.border_strong}; border-radius: {g}px; background: {c.surface}; }}
QCheckBox::indicator:hover, QCheckBox:focus::indicator {{ border-color: {c.accent}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked,
QTableView::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
    {_url(picture("check", c.on_accent))} }}
QCheckBox::indicator:indeterminate {{ background: {c.accent_ground}; border-color: {c.accent};
    {_url(picture("remove", c.accent))} }}
QCheckBox::indicator:disabled {{ border-color: {c.border}; background: {c.raised}; }}
QCheckBox::indicator:checked:disabled {{ {_url(picture("check", c.secondary))} }}
QRadioButton::indicator {{ width: {4 * g - 2}px; height: {4 * g - 2}px; border: 1px solid {c.border_strong};
    border-radius: {2 * g}px; background: {c.surface}; }}
QRadioButton::indicator:hover, QRadioButton:focus::indicator {{ border-color: {c.accent}; }}
QRadioButton::indicator:checked {{ width: {2 * g}px; height: {2 * g}px; border: {g}px solid {c.accent};
    background: {c.on_accent}; }}
QCheckBox, QRadioButton {{ spacing: {g + 2}px; }}
"""


def _url(file: str) -> str:
    return f'image: url("{file}");' if file else ""
