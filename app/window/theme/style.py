"""Dresses Qt's own widgets in the tokens."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QPalette

from .tokens import GRID, RADIUS_CONTROL, ROW_TABLE, STATES, Colours

FRAMED = "framed"
"""The object name of a list or table that stands among fields, and has a border like theirs."""

_ROLES = {
    QPalette.ColorRole.Window: "surface",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "raised",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "disabled",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "border",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "border_strong",
    QPalette.ColorRole.Shadow: "shadow",
}
_DISABLED = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def palette_of(colours: Colours) -> QPalette:
    """Return the palette of a theme."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(colours, name)))
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled))
    return palette


def style_sheet(colours: Colours) -> str:
    """Return the style sheet of a theme."""
    c, g, r = colours, GRID, RADIUS_CONTROL
    return f"""
QMainWindow, QDialog {{ background: {c.surface}; }}
QMainWindow::separator {{ background: {c.border}; width: 1px; height: 1px; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: {g}px {2 * g}px; }}
QMenuBar {{ background: {c.surface}; border-bottom: 1px solid {c.border}; }}
QMenuBar::item {{ padding: {g}px {2 * g}px; background: transparent; border-radius: {r}px; }}
QMenuBar::item:selected {{ background: {c.accent_ground}; }}
QMenu {{ background: {c.raised}; border: 1px solid {c.border}; padding: {g}px; }}
QMenu::item {{ padding: {g}px {6 * g}px {g}px {2 * g}px; border-radius: {g}px; }}
QMenu::item:selected {{ background: {c.accent_ground}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.disabled}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: {g}px; }}
QToolBar {{ background: {c.surface}; border: none; border-bottom: 1px solid {c.border}; spacing: {g}px;
    padding: {g}px {2 * g}px; }}
QToolBar::separator {{ background: {c.border}; width: 1px; margin: {g}px; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {r}px;
    padding: {g}px {g + 2}px; }}
QToolButton:hover {{ background: {c.accent_ground}; }}
QToolButton:pressed, QToolButton:checked {{ background: {c.accent_ground}; border-color: {c.accent}; }}
QToolButton:disabled {{ color: {c.disabled}; }}
QPushButton {{ background: {c.raised}; border: 1px solid {c.border_strong}; border-radius: {r}px;
    padding: {g + 1}px {3 * g}px; min-height: {4 * g}px; }}
QPushButton:hover {{ border-color: {c.accent}; }}
QPushButton:pressed {{ background: {c.accent_ground}; }}
QPushButton:default {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QPushButton:disabled {{ color: {c.disabled}; border-color: {c.border}; background: {c.raised}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {c.accent}; }}
QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {{ background: {c.surface}; color: {c.text};
    border: 1px solid {c.border}; border-radius: {r}px; padding: {g - 1}px {g + 2}px;
    selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {{ border-color: {c.border_strong}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{
    border-color: {c.accent}; }}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QAbstractSpinBox[invalid="true"],
QAbstractItemView#{FRAMED}[invalid="true"] {{ border-color: {STATES["failed"].colour.on(c)}; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {c.disabled};
    background: {c.raised}; }}
QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.border}; outline: none;
    selection-background-color: {c.accent_ground}; selection-color: {c.text}; }}
QDockWidget {{ titlebar-close-icon: none; titlebar-normal-icon: none; }}
QDockWidget::title {{ background: {c.surface}; padding: {g + 2}px {2 * g}px; border-bottom: 1px solid {c.border}; }}
QTabBar::tab {{ background: transparent; color: {c.secondary}; padding: {g + 2}px {3 * g}px; border: none;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabWidget::pane {{ border: none; }}
QAbstractItemView {{ background: {c.surface}; alternate-background-color: {c.raised}; border: none; outline: none;
    selection-background-color: {c.accent_ground}; selection-color: {c.text}; }}
QAbstractItemView#{FRAMED} {{ border: 1px solid {c.border}; border-radius: {r}px; padding: 1px; }}
QAbstractItemView#{FRAMED}:focus {{ border-color: {c.accent}; }}
QTreeView::item, QTableView::item, QListView::item {{ min-height: {ROW_TABLE}px; }}
QTreeView::item:hover, QListView::item:hover {{ background: {c.raised}; }}
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected {{ background: {c.accent_ground};
    color: {c.text}; }}
QHeaderView::section {{ background: {c.surface}; color: {c.secondary}; border: none;
    border-bottom: 1px solid {c.border}; padding: {g}px {2 * g}px; }}
QStatusBar {{ background: {c.surface}; border-top: 1px solid {c.border}; color: {c.secondary}; }}
QStatusBar::item {{ border: none; }}
QScrollBar:vertical {{ background: transparent; width: {2 * g + 2}px; }}
QScrollBar:horizontal {{ background: transparent; height: {2 * g + 2}px; }}
QScrollBar::handle {{ background: {c.border_strong}; border-radius: {g}px; min-height: {6 * g}px; min-width: {6 * g}px;
    margin: 1px; }}
QScrollBar::handle:hover {{ background: {c.secondary}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {c.border}; }}
QProgressBar {{ background: {c.grid}; border: none; border-radius: 2px; max-height: {g}px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 2px; }}
QGroupBox {{ border: none; border-top: 1px solid {c.border}; margin-top: {4 * g}px; padding-top: {2 * g}px; }}
QGroupBox::title {{ subcontrol-origin: margin; color: {c.secondary}; padding-right: {2 * g}px; }}
"""
