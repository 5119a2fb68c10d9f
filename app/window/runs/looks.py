"""Keeps the looks of a document's nodes, and tells which are others, at most thirty times a second."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ..looks import NO_LOOK, NodeLook
from .edited import edited_nodes, moved_nodes
from .looking import anything_changed, look_of, merged
from .problems import by_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..document import Document
    from .checking import Checking
    from .problems import Shown
    from .record import RunRecord

TICK_MS = 33
WAITS = "held at its breakpoint until you continue"
MOST_AT_ONCE = 1_000
"""Of so many nodes at most is told that they look different; of the others with the next tick."""


class Looks(QObject):
    """How the nodes of a document are shown: what the newest run told, what was edited since, what is wrong.

    ``changed`` tells the nodes whose looks are others, with the groups that they are in; ``problems_changed`` that
    ``problems`` would return something else.
    """

    changed = pyqtSignal(object)
    problems_changed = pyqtSignal()

    def __init__(
        self, document: Document, checking: Checking, problems: Callable[[], list[Shown]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._checking, self._problems = document, checking, problems
        self._record: RunRecord | None = None
        self._edited: set[str] = set()
        self._fresh: set[str] = set()
        self._moved: set[str] = set()
        self._foreseen: set[str] = set()
        self._changed = False
        self._by_node: dict[str, tuple[str, int]] = {}
        self._stirred: set[str] = set()
        self.waits_at: frozenset[str] = frozenset()
        self._edits = self._faults = self._closed = False
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._tell)
        document.changed.connect(lambda _edit: self._document_changed())
        checking.fresh_changed.connect(self._fresh_changed)
        checking.schemes_changed.connect(self._schemes_changed)
        checking.problems_changed.connect(self.problems_differ)

    def look(self, node: str) -> NodeLook:
        """Return how a node is shown; a group as its nodes are together."""
        story = None if self._record is None else self._record.nodes.get(node)
        fresh, edited = self._checking.fresh.get(node), node in self._edited
        if edited and not self._checking.fresh_is_current:
            fresh = None
        problems = self._by_node.get(node, ("", 0))
        if story is None and fresh is None and (inside := self._inside(node)):
            return merged([self.look(one) for one in inside])
        schemes = self._checking.schemes.get(node)
        foreseen = "" if schemes is None else schemes.chosen
        if story is None and fresh is None and not problems[1] and not foreseen:
            return NO_LOOK
        found = look_of(
            story, fresh, problems, edited=edited, changed=self._changed, foreseen=foreseen, moved=node in self._moved
        )
        return replace(found, reason=self.tr(WAITS)) if node in self.waits_at and found.going else found

    def _inside(self, group: str) -> list[str]:
        prefix = f"{group}/"
        known = self._checking.fresh if self._record is None else self._record.nodes
        return [node for node in known if node.startswith(prefix)]

    # What makes them others

    def show(self, record: RunRecord) -> None:
        """Show another run from now on."""
        before, self._record = self._record, record
        self.stir(record.nodes)
        self.stir(() if before is None else before.nodes)
        self._document_changed()

    def stir(self, nodes: Iterable[str]) -> None:
        """Take note that something of these nodes is another."""
        self._stirred.update(nodes)
        self._wake()

    def wait_at(self, places: Iterable[str]) -> None:
        """Take note at which breakpoints the run waits."""
        before, self.waits_at = self.waits_at, frozenset(places)
        self.stir(before ^ self.waits_at)

    def problems_differ(self) -> None:
        """Take note that the problems are others."""
        self._faults = True
        self._wake()

    def close(self) -> None:
        """Tell nothing any more."""
        self._closed = True
        self._tick.stop()

    def _document_changed(self) -> None:
        self._edits = True
        self._wake()

    def _fresh_changed(self) -> None:
        fresh = set(self._checking.fresh)
        self._changed = anything_changed(self._checking.fresh.values())
        self.stir(fresh | self._fresh)
        self._fresh = fresh

    def _schemes_changed(self) -> None:
        foreseen = set(self._checking.schemes)
        self.stir(foreseen | self._foreseen)
        self._foreseen = foreseen
        self.problems_differ()

    def _wake(self) -> None:
        if not self._tick.isActive() and not self._closed:
            self._tick.start()

    # What is told

    def _tell(self) -> None:
        if self._edits:
            self._edits = False
            ran, now = None if self._record is None else self._record.ran, self._document.pipeline
            edited = set() if ran is None else edited_nodes(ran, now)
            moved = set() if ran is None else moved_nodes(ran, now)
            self._stirred |= (edited ^ self._edited) | (moved ^ self._moved)
            self._edited, self._moved = edited, moved
        if self._faults:
            self._faults = False
            found = by_node(self._problems())
            self._stirred |= {node for node in {*found, *self._by_node} if found.get(node) != self._by_node.get(node)}
            self._by_node = found
            self.problems_changed.emit()
        if self._stirred:
            stirred = set(itertools.islice(self._stirred, MOST_AT_ONCE))
            self._stirred -= stirred
            self.changed.emit(stirred | _groups_of(stirred))
        if self._stirred:
            self._wake()


def _groups_of(nodes: Iterable[str]) -> set[str]:
    """Return the groups that nodes are in, the groups of these too."""
    found: set[str] = set()
    for node in nodes:
        parts = node.split("/")[:-1]
        found.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return found
