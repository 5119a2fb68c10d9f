"""The parameters of the selected nodes: a row for each input, set, swept or connected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs
from PyQt6.QtCore import QPoint, pyqtSignal
from PyQt6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from ..ports import connection_from, origins_for
from ..search.entries import Entry, matching
from ..search.popup import SearchPopup
from ..theme.tokens import GRID
from .editors.choosing import kind_of_editor
from .editors.reading import MIXED, UNSET
from .new_input import NewInput
from .rows import ConnectedRow, Row
from .selection import Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ....core.modules import Port
    from ..theme.theme import Theme
    from .selection import Selection

REFERENCE = "${env:NAME}"


class Parameters(QWidget):
    """Makes the rows anew when they must be others, else shows the new values in them.

    ``node_wanted`` tells the id of a node that a person wants to see.
    """

    node_wanted = pyqtSignal(str)

    def __init__(self, theme: Theme, base: Callable[[], Path | None]) -> None:
        super().__init__()
        self._theme, self._base = theme, base
        self._selection: Selection | None = None
        self._key: Any = None
        self._as_text: set[tuple[Any, str]] = set()
        self.drafts: dict[tuple[Any, str], Any] = {}
        self.rows: dict[str, Row | ConnectedRow] = {}
        self._popup: SearchPopup | None = None
        self.new_input: NewInput | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID + 2)

    def show_selection(self, selection: Selection) -> None:
        """Show the inputs of what is selected."""
        self._selection = selection
        slots = [self._slot(selection, port) for port in selection.ports()]
        key = (selection.wanted, selection.where, tuple(self._shape(selection, slot) for slot in slots))
        if key != self._key:
            self._key = key
            self._make(selection, slots)
        else:
            for row in self.rows.values():
                row.refresh()

    @property
    def _place(self) -> Any:
        return (self._selection.where, self._selection.ids) if self._selection is not None else ()

    def _slot(self, selection: Selection, port: Port) -> Slot:
        swept = any(port.name in node.sweeps for node in selection.nodes.values())
        if swept:
            several = structs.replace(port, type=f"list[{port.type}]", optional=False, default=None)
            return Slot(several, "sweep", self.tr("{name} (sweep)").format(name=port.name))
        return Slot(port)

    def _shape(self, selection: Selection, slot: Slot) -> Any:
        """Return what must be the same for a row to be used again."""
        connections = selection.connections(slot.name)
        fed = tuple(connections), tuple([connection.source for connection in connections.values()])
        value = selection.value(slot)
        kind = kind_of_editor(slot.port, self._shown(slot, value)) if not connections else ""
        return slot.holder, slot.port, fed, kind

    def _shown(self, slot: Slot, value: Any) -> Any:
        """Return the value that the editor must be able to show."""
        if (self._place, slot.name) in self._as_text:
            return REFERENCE
        return None if value in (UNSET, MIXED) else value

    def _make(self, selection: Selection, slots: list[Slot]) -> None:
        focused = next((name for name, row in self.rows.items() if row.isAncestorOf(_focus_in(self))), "")
        while (item := self._layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.rows, self.new_input = {}, None
        for slot in slots:
            row = self._row(selection, slot)
            self.rows[slot.name] = row
            self._layout.addWidget(row)
        single = selection.single
        module = selection.module(single[1]) if single is not None else None
        if module is not None and module.open_inputs:
            self.new_input = NewInput(tuple(self.rows), self._theme)
            self.new_input.named.connect(self._add_input)
            self._layout.addWidget(self.new_input)
        elif not slots:
            several = len(selection.wanted) > 1
            text = self.tr("These nodes have no input in common.") if several else self.tr("No inputs to set.")
            note = QLabel(text, self)
            note.setWordWrap(True)
            note.setEnabled(False)
            self._layout.addWidget(note)
        again = self.rows.get(focused)
        if isinstance(again, Row) and again.editor is not None:
            again.editor.setFocus()

    def _row(self, selection: Selection, slot: Slot) -> Row | ConnectedRow:
        fed = selection.connections(slot.name)
        if fed:
            sources = list(dict.fromkeys(connection.source for connection in fed.values()))
            connected = ConnectedRow(slot, selection, self._theme, sources)
            connected.source_wanted.connect(self.node_wanted)
            return connected
        single = selection.single
        module = selection.module(single[1]) if single is not None else None
        row = Row(slot, selection, self._theme, module, self._base(), self._shown(slot, selection.value(slot)))
        key = (self._place, slot.name)
        if key in self.drafts:
            row.show_draft(self.drafts[key])
        row.draft_changed.connect(lambda draft: self._keep(key, draft))
        row.menu_wanted.connect(self._open_menu)
        return row

    def _keep(self, key: tuple[Any, str], draft: Any) -> None:
        if draft is None:
            self.drafts.pop(key, None)
            self._as_text.discard(key)
        else:
            self.drafts[key] = draft

    def _add_input(self, name: str) -> None:
        single = self._selection.single if self._selection is not None else None
        if single is not None and self._selection is not None:
            changed = {"params": {**single[1].params, name: None}}
            self._selection.change({single[0]: changed}, self.tr("add input {name}").format(name=name))

    # The menu of a row

    def _open_menu(self, row: Row) -> None:
        menu = self.menu_for(row)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(row.more.mapToGlobal(QPoint(0, row.more.height())))

    def menu_for(self, row: Row) -> QMenu:
        """Return the menu of a row."""
        menu = QMenu(self)
        slot, selection = row.slot, self._selection
        if selection is None:
            return menu
        if slot.holder == "sweep":
            _add(menu, self.tr("Stop sweeping"), lambda: self._end_sweep(slot))
            return menu
        if row.editor is not None:
            _add(menu, self.tr("Sweep over several values"), lambda: self._begin_sweep(slot))
            _add(menu, self.tr("Use an environment variable"), lambda: self._use_reference(slot))
        if selection.single is not None:
            _add(menu, self.tr("Connect to an output…"), lambda: self._connect(row))
        if row.reset.isVisibleTo(row):
            menu.addSeparator()
            _add(menu, self.tr("Back to the default"), row.reset.click)
        return menu

    def _begin_sweep(self, slot: Slot) -> None:
        assert self._selection is not None
        sweep = Slot(slot.port, "sweep")
        changes = {}
        for one, node in self._selection.nodes.items():
            value = slot.value_in(node)
            value = slot.port.default if value is UNSET else value
            first = [] if value is None else [value]
            params = {key: kept for key, kept in node.params.items() if key != slot.name}
            changes[one] = {**sweep.changed(node, first), "params": params}
        self._selection.change(changes, self.tr("sweep {name}").format(name=slot.name))

    def _end_sweep(self, slot: Slot) -> None:
        assert self._selection is not None
        changes = {}
        for one, node in self._selection.nodes.items():
            values = slot.value_in(node)
            params = dict(node.params)
            if values is not UNSET and values:
                params[slot.name] = values[0]
            changes[one] = {**slot.changed(node, UNSET), "params": params}
        self.drafts.pop((self._place, slot.name), None)
        self._selection.change(changes, self.tr("stop sweeping {name}").format(name=slot.name))

    def _use_reference(self, slot: Slot) -> None:
        assert self._selection is not None
        self._as_text.add((self._place, slot.name))
        self.drafts[(self._place, slot.name)] = REFERENCE
        self.show_selection(self._selection)
        row = self.rows.get(slot.name)
        if isinstance(row, Row) and row.editor is not None:
            row.editor.setFocus()

    def _connect(self, row: Row) -> None:
        selection = self._selection
        if selection is None or selection.single is None or selection.body is None:
            return
        node_id, name = selection.single[0], row.slot.name
        entries = [
            Entry(
                origin.endpoint,
                lambda origin=origin: selection.connect(  # type: ignore[misc]
                    f"{node_id}.{name}", connection_from(origin.endpoint, origin.fit), f"connect {name}"
                ),
                self.tr("{type}, item by item").format(type=origin.port.type)
                if origin.fit == "each"
                else origin.port.type,
                icon="link",
            )
            for origin in origins_for(selection.pipeline, selection.body, node_id, row.slot.port)
        ]
        self._popup = self._popup or SearchPopup(self._theme, self)
        self._popup.open_at(
            row.more.mapToGlobal(QPoint(0, row.more.height())),
            lambda word: matching(entries, word),
            self.tr("Connect {name} to").format(name=name),
            empty=self.tr("No output of another node fits."),
        )


def _add(menu: QMenu, text: str, act: Callable[[], object]) -> None:
    action = menu.addAction(text)
    if action is not None:
        action.triggered.connect(lambda _checked: act())


def _focus_in(widget: QWidget) -> QWidget:
    window = widget.window()
    return (window.focusWidget() if window is not None else None) or widget
