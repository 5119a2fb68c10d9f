"""One line of the inspector: the name of a setting, its editor or what feeds it, and what is wrong with it."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ..theme.tokens import CAPTION, GRID, STATES
from .editors.choices import ChoiceEditor, SwitchEditor
from .editors.choosing import make_editor
from .editors.reading import MIXED, UNSET, Fault, checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PyQt6.QtGui import QResizeEvent

    from ....core.modules import Module
    from ..theme.theme import Theme
    from .selection import Selection, Slot

_BREAK = "\u200b"
"""Where a long name may be broken, unseen."""

_LONG = re.compile(r"(\w{10})(?=\w{4})")
_LABEL_TOP = GRID + 1
NARROW = 55 * GRID
"""Below this width, in pixels, a field stands below its name."""


class Row(QWidget):
    """Edits a slot of the selected nodes.

    A value that may not enter the slot stays in its editor, with what is wrong below it, and never reaches the
    document. ``draft_changed`` tells what is written there, None once it is right; ``menu_wanted`` that the button
    for more was pressed.
    """

    draft_changed = pyqtSignal(object)
    menu_wanted = pyqtSignal(object)

    def __init__(
        self,
        slot: Slot,
        selection: Selection,
        theme: Theme,
        module: Module | None = None,
        base: Path | None = None,
        shown: Any = None,
    ) -> None:
        super().__init__()
        self.slot, self._selection, self._theme = slot, selection, theme
        port = slot.port
        self.label, self.fault = QLabel(self), QLabel(self)
        self.editor = make_editor(port, shown, theme, module, base, slot.words)
        self.reset, self.more = QToolButton(self), QToolButton(self)
        self._set_up_label()
        self._set_up_buttons()
        self.fault.setWordWrap(True)
        self.fault.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fault.hide()
        self._arrange()
        if self.editor is not None:
            self.editor.edited.connect(self._take)
            self.editor.left.connect(selection.document.end_merging)
            self.label.setBuddy(self.editor)
        theme.changed.connect(self._dress)
        self._dress()
        self.refresh()

    def _set_up_label(self) -> None:
        port = self.slot.port
        _set_up(self.label, self.slot.label or port.name)
        kind = f"{port.name}: {port.type}{f' [{port.unit}]' if port.unit else ''}"
        text = f"{port.help}\n\n{kind}" if port.help else kind
        self.label.setToolTip(f"<p>{_escaped(text)}</p>")

    def _set_up_buttons(self) -> None:
        shown = self.slot.label or self.slot.name
        for button, text in (
            (self.reset, self.tr("Back to the default")),
            (self.more, self.tr("More")),
        ):
            button.setToolTip(text)
            button.setAccessibleName(f"{shown}: {text}")
            button.setAutoRaise(True)
            button.setStyleSheet(f"padding: {GRID // 2}px")
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(self._reset)
        self.more.clicked.connect(lambda: self.menu_wanted.emit(self))
        self.more.setVisible(self.slot.holder != "field")

    def _arrange(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addWidget(self.reset)
        buttons.addWidget(self.more)
        self._grid.addLayout(buttons, 0, 2, Qt.AlignmentFlag.AlignTop)
        self._field: QWidget = self.editor or self._without_editor()
        # Its hint shall not move the column: all fields of the panel stand in one line.
        policy = self._field.sizePolicy()
        self._field.setSizePolicy(QSizePolicy.Policy.Ignored, policy.verticalPolicy())
        self._grid.addWidget(self.fault, 2, 0, 1, 3)
        self._stacked: bool | None = None
        self._stack(self.editor is not None and self.editor.wide)

    def _stack(self, stacked: bool) -> None:  # noqa: FBT001
        """Put the field below its name, or beside it."""
        if stacked == self._stacked:
            return
        self._stacked = stacked
        self._grid.removeWidget(self.label)
        self._grid.removeWidget(self._field)
        self._grid.addWidget(self.label, 0, 0, 1, 2 if stacked else 1, Qt.AlignmentFlag.AlignTop)
        if stacked:
            self._grid.addWidget(self._field, 1, 0, 1, 3)
        else:
            self._grid.addWidget(self._field, 0, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put the field below its name where there is no room beside it."""
        super().resizeEvent(event)
        self._stack(self.width() < NARROW or (self.editor is not None and self.editor.wide))

    def _without_editor(self) -> QLabel:
        note = QLabel(self.tr("needs a connection") if not self.slot.port.optional else self.tr("not connected"), self)
        note.setEnabled(False)
        note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        note.setToolTip(f"<p>{_escaped(self.slot.port.type)}</p>")
        return note

    # What is shown

    def refresh(self) -> None:
        """Show what the nodes have now."""
        value = self._selection.value(self.slot)
        if self.editor is not None and not self.fault.isVisibleTo(self):
            self.editor.show_value(value)
        self.reset.setVisible(value is not UNSET and self.slot.holder != "sweep")

    def show_draft(self, draft: Any) -> None:
        """Show again what was written here and was not right."""
        if self.editor is not None:
            self.editor.show_draft(draft)

    def _dress(self) -> None:
        self.reset.setIcon(self._theme.icon("undo", self._theme.colours.disabled))
        self.more.setIcon(self._theme.icon("more", self._theme.colours.disabled))
        self.fault.setFont(self._theme.font(CAPTION))
        self.fault.setStyleSheet(f"color: {STATES['failed'].colour.on(self._theme.colours)}")

    def _say_fault(self, text: str) -> None:
        self.fault.setText(text)
        self.fault.setVisible(bool(text))
        if self.editor is not None:
            self.editor.show_fault(bool(text))
            self.editor.setAccessibleDescription(text or self.slot.port.help)

    # What a person does

    def _take(self, value: Any) -> None:
        value = checked(self.slot.port, value, references=self.slot.holder != "field")
        if isinstance(value, Fault):
            self._say_fault(value.text)
            if self.editor is not None:
                self.draft_changed.emit(self.editor.draft())
            return
        self._say_fault("")
        self.draft_changed.emit(None)
        if value is not MIXED:
            merge = not isinstance(self.editor, ChoiceEditor | SwitchEditor)
            self._selection.set(self.slot, value, merge=merge)

    def _reset(self) -> None:
        self._say_fault("")
        self.draft_changed.emit(None)
        self._selection.document.end_merging()
        self._selection.set(self.slot, UNSET)
        self.refresh()


class ConnectedRow(QWidget):
    """An input that is fed by an output: by which, and the button that ends it.

    ``source_wanted`` tells the node that a person wants to see; where several outputs feed, there is none.
    """

    source_wanted = pyqtSignal(str)

    def __init__(self, slot: Slot, selection: Selection, theme: Theme, sources: Sequence[str]) -> None:
        super().__init__()
        self.slot, self._theme = slot, theme
        self.label, self.source, self.cut = QLabel(self), QToolButton(self), QToolButton(self)
        _set_up(self.label, slot.name)
        self.label.setToolTip(f"<p>{_escaped(slot.port.help or slot.port.type)}</p>")
        self.source.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.source.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        shown = sources[0] if len(sources) == 1 else self.tr("several outputs")
        self.source.setText(shown)
        self.source.setAccessibleName(f"{slot.name}: {shown}")
        fed_by = self.tr("Fed by {source}: show it") if len(sources) == 1 else self.tr("Fed by {source}")
        self.source.setToolTip(fed_by.format(source=", ".join(sources)))
        self.cut.setToolTip(self.tr("Disconnect"))
        self.cut.setAccessibleName(f"{slot.name}: {self.cut.toolTip()}")
        self.cut.setAutoRaise(True)
        self.cut.clicked.connect(lambda: selection.disconnect(slot.name))
        if len(sources) == 1:
            self.source.clicked.connect(lambda: self.source_wanted.emit(sources[0].partition(".")[0]))
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(GRID)
        row.setColumnStretch(0, 2)
        row.setColumnStretch(1, 3)
        self.label.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 0, 0)
        row.addWidget(self.source, 0, 1)
        row.addWidget(self.cut, 0, 2)
        theme.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        """Show what the nodes have now: nothing to do, a row is made anew when its connection changes."""

    def _dress(self) -> None:
        self.source.setIcon(self._theme.icon("link", self._theme.colours.accent))
        self.cut.setIcon(self._theme.icon("close", self._theme.colours.disabled))


def _set_up(label: QLabel, name: str) -> None:
    """Show a name that may be long, broken where a reader would, or anywhere if it must be."""
    label.setText(_LONG.sub(rf"\1{_BREAK}", name.replace("_", f"_{_BREAK}")))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setContentsMargins(0, _LABEL_TOP, 0, 0)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)


def _escaped(text: str) -> str:
    return escape(text).replace("\n", "<br>")
