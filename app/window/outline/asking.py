"""Asks for a module to add, or an input to connect to, in a list that is searched by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from ....core.modules import Module
from ..canvas.naming import title_of
from ..ports import outputs_of, targets_for
from ..search.entries import Entry, matching
from ..search.module_search import module_entries
from ..search.popup import SearchPopup

if TYPE_CHECKING:
    from PyQt6.QtCore import QPoint
    from PyQt6.QtWidgets import QWidget

    from ....core.errors import TreadleError
    from ....core.pipeline import Where
    from ..catalogue import Catalogue
    from ..document import Document
    from ..ports import Target
    from ..theme.theme import Theme


class Asking(QObject):
    """Tells ``module_chosen(module)``, ``target_chosen(output, target)``, or ``refused(why)``."""

    module_chosen = pyqtSignal(object)
    target_chosen = pyqtSignal(str, object)
    refused = pyqtSignal(str)

    def __init__(self, catalogue: Catalogue, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.popup = SearchPopup(theme, parent)

    def ask_module(self, place: QPoint) -> None:
        """Ask for a module."""
        find = module_entries(self._catalogue, self.module_chosen.emit, self._describe)
        self.popup.open_at(place, find, self.tr("Add a module"))

    def _describe(self, path: str) -> None:
        def take(answer: Module | TreadleError) -> None:
            if isinstance(answer, Module):
                self.module_chosen.emit(answer)
            else:
                self.refused.emit(str(answer))

        self._catalogue.describe(path, take)

    def ask_target(self, place: QPoint, document: Document, where: Where, node_id: str) -> None:
        """Ask for an input that one of the outputs of a node may feed."""
        body = document.body(where)
        entries = [
            self._entry(document, where, f"{node_id}.{output.name}", target)
            for output in outputs_of(document.pipeline, body, node_id)
            for target in targets_for(document.pipeline, body, node_id, output)
        ]
        self.popup.open_at(
            place,
            lambda word: matching(entries, word),
            self.tr("Connect {name} to").format(name=node_id),
            empty=self.tr("No input of another node takes what it gives."),
        )

    def _entry(self, document: Document, where: Where, source: str, target: Target) -> Entry:
        node = document.body(where).nodes[target.node_id]
        title = title_of(target.node_id, node, document.pipeline.modules.get(node.module))
        words = [source.partition(".")[2], self.tr("item by item") if target.fit == "each" else target.port.type]
        if target.taken:
            words.append(self.tr("in place of what feeds it"))
        return Entry(
            f"{title} · {target.port.name}",
            lambda: self.target_chosen.emit(source, target),
            ", ".join(words),
            icon="link",
            words=target.node_id,
        )
