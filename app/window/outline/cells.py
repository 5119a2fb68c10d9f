"""What the cells of the outline say of a node: its name, its id, how it does; to be seen and to be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QCoreApplication, Qt

from ..canvas.naming import kind_of, title_of
from ..runs.task_columns import word_of
from .places import ID, NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtGui import QIcon

    from ....core.modules import Module
    from ....core.pipeline import Node, Where
    from ..looks import NodeLook

Path = tuple["Where", str]


class Cells:
    """``look`` gives how a node does by its path, ``chip`` the picture of a category."""

    def __init__(self, look: Callable[[str], NodeLook], chip: Callable[[str], QIcon]) -> None:
        self._look, self._chip = look, chip

    def value(self, role: int, column: int, path: Path, node: Node, modules: Mapping[str, Module]) -> Any:
        """Return what a cell is for one of Qt's roles."""
        module = modules.get(node.module)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(column, path, node, module)
            case Qt.ItemDataRole.EditRole:
                return node.title if column == NAME else path[1]
            case Qt.ItemDataRole.DecorationRole if column == NAME:
                return self._chip(module.category if module is not None else "")
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(path, node, module)
            case Qt.ItemDataRole.ToolTipRole:
                return kind_of(node, module)
        return None

    def _text(self, column: int, path: Path, node: Node, module: Module | None) -> str:
        if column == NAME:
            return title_of(path[1], node, module)
        return path[1] if column == ID else self._state(path, node)

    def _state(self, path: Path, node: Node) -> str:
        if node.mode != "normal":
            return _tr("Bypassed") if node.mode == "bypassed" else _tr("Disabled")
        return word_of(self._look("/".join((*path[0], path[1]))).state)

    def _spoken(self, path: Path, node: Node, module: Module | None) -> str:
        name, kind = title_of(path[1], node, module), kind_of(node, module)
        return ", ".join((name, kind, _tr("id {id}").format(id=path[1]), self._state(path, node)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("NodesModel", text)
