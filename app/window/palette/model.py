"""The modules as a tree of categories, or as a list of what a word found; what is dragged from it can be placed."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData, QModelIndex, Qt
from PyQt6.QtGui import QStandardItem, QStandardItemModel

from ..theme.tokens import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....core.modules import Module, Port

MIME = "application/x-treadle-module"
"""What is dragged: JSON with the import path, ``{"path": …}``."""

PATH, CATEGORY, DETAIL = (Qt.ItemDataRole.UserRole + number for number in (1, 2, 3))
_ORDER = {name: place for place, name in enumerate(CATEGORIES)}


class PaletteModel(QStandardItemModel):
    """Rows of modules carry PATH and CATEGORY; rows of categories CATEGORY alone."""

    def show_categories(self, modules: Iterable[Module], other: str) -> None:
        """Show modules under their categories, the known ones in their order, then the others by name."""
        self.clear()
        grouped: dict[str, list[Module]] = {}
        for module in modules:
            grouped.setdefault(module.category or other, []).append(module)
        for category in sorted(grouped, key=lambda name: (_ORDER.get(name, len(_ORDER)), name)):
            head = _item(category, category, str(len(grouped[category])))
            for module in sorted(grouped[category], key=lambda one: one.label.lower()):
                head.appendRow(_module_item(module, ""))
            self.appendRow(head)

    def show_found(self, modules: Sequence[Module]) -> None:
        """Show modules in their order, each with its category."""
        self.clear()
        for module in modules:
            self.appendRow(_module_item(module, module.category))

    def mimeTypes(self) -> list[str]:  # noqa: N802
        """Return what can be dragged."""
        return [MIME]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:  # noqa: N802
        """Return the module that is dragged."""
        data = QMimeData()
        paths = [path for index in indexes if (path := index.data(PATH))]
        if paths:
            data.setData(MIME, json.dumps({"path": paths[0]}).encode())
            data.setText(paths[0])
        return data


def path_in(data: QMimeData) -> str:
    """Return the import path of the module that is dragged; empty if it is something else."""
    try:
        return str(json.loads(data.data(MIME).data())["path"])
    except (ValueError, KeyError, TypeError):
        return ""


def _item(text: str, category: str, detail: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    item.setDragEnabled(False)
    item.setData(category, CATEGORY)
    item.setData(detail, DETAIL)
    return item


def _module_item(module: Module, detail: str) -> QStandardItem:
    item = _item(module.label, module.category, detail)
    item.setDragEnabled(True)
    item.setData(module.path, PATH)
    item.setToolTip(tooltip_of(module))
    item.setData(f"{module.label}, {module.category}. {module.help}", Qt.ItemDataRole.AccessibleTextRole)
    return item


def tooltip_of(module: Module) -> str:
    """Return what a module is for and what its ports are, as rich text."""
    first = module.help.partition("\n\n")[0]
    lines = [f"<b>{escape(module.label)}</b>", *([escape(first)] if first else [])]
    for sign, ports in (("→", module.inputs), ("←", module.outputs)):
        lines += [f"{sign} {escape(_port_line(port))}" for port in ports]
    return f"<p>{'<br>'.join(lines)}</p><p><small>{escape(module.path)}</small></p>"


def _port_line(port: Port) -> str:
    unit = f" {port.unit}" if port.unit else ""
    default = f" = {port.default!r}{unit}" if port.optional else unit
    return f"{port.name}: {port.type}{default}"[:200]
