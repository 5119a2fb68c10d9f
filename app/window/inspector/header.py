"""The top of the inspector: what is selected, its title, its module and how it does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ..amounts import count
from ..chips import chip
from ..runs.task_columns import word_of
from ..theme.tokens import CAPTION, GRID, HEADING, ICON_SMALL, STATES

if TYPE_CHECKING:
    from collections.abc import Collection

    from ....core.pipeline import Node
    from ..looks import NodeLook
    from ..theme.theme import Theme
    from .selection import Selection

CHIP_LARGE = 28
INDENT = 3
"""How far the text of a line edit stands from its edge."""


class Header(QWidget):
    """Shows one node, whose title can be edited, or says how many nodes of what there are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._selection: Selection | None = None
        self._category = ""
        self._typing = False
        self.chip, self.title, self.kind, self.state = QLabel(self), QLineEdit(self), QLabel(self), QLabel(self)
        self.shape = QLabel(self)
        self.title.setObjectName("node-title")
        self.title.setAccessibleName(self.tr("Title"))
        self.title.setAccessibleDescription(self.tr("What the node is called on the canvas"))
        for label in (self.kind, self.state):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.title.textEdited.connect(self._rename)
        self.title.editingFinished.connect(self._end)
        self._arrange()
        theme.changed.connect(self._dress)
        self._dress()

    def _arrange(self) -> None:
        self.kind.setIndent(INDENT)
        state = QHBoxLayout()
        state.setContentsMargins(INDENT, 0, 0, 0)
        state.setSpacing(GRID)
        state.addWidget(self.shape)
        state.addWidget(self.state, 1)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        words.addWidget(self.title)
        words.addWidget(self.kind)
        words.addLayout(state)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID, 2 * GRID, GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)

    def show_selection(self, selection: Selection) -> None:
        """Show what is selected."""
        if self._selection is not None and self._selection.wanted != selection.wanted:
            self._typing = False
        self._selection = selection
        single = selection.single
        if single is not None:
            self._show_node(*single)
        else:
            self._show_nodes()
        self.title.setReadOnly(single is None)
        self._dress()

    def _show_node(self, node_id: str, node: Node) -> None:
        assert self._selection is not None
        module = self._selection.module(node)
        self._category = module.category if module is not None else ""
        plain = module.label if module is not None else node_id
        if not self._typing:
            self.title.setText(node.title or plain)
            self.title.setCursorPosition(0)
        self.title.setPlaceholderText(plain)
        kind = self.tr("group of {number} nodes").format(number=len(node.group.nodes)) if node.group else node.module
        text = " · ".join(filter(None, (self._selection.path(node_id), kind.removeprefix("treadle.core.library."))))
        self.kind.setText(text)
        self.kind.setToolTip(f"{self.tr('Id')}: {self._selection.path(node_id)}\n{kind}")

    def _show_nodes(self) -> None:
        assert self._selection is not None
        nodes = self._selection.nodes.values()
        self._category = ""
        self.title.setText(self.tr("{number} nodes").format(number=len(nodes)))
        labels = self._labels(nodes)
        shown = [f"{label} ×{times}" if times > 1 else label for label, times in labels.most_common()]
        self.kind.setText(", ".join(shown))
        self.kind.setToolTip("\n".join(shown[:40]))

    def _labels(self, nodes: Collection[Node]) -> Counter[str]:
        """Return how many nodes there are of what; the module of each is looked at once, however many have it."""
        assert self._selection is not None
        labels: Counter[str] = Counter()
        modules = self._selection.pipeline.modules
        for key, times in Counter([node.module for node in nodes if node.group is None]).items():
            if key in modules:
                labels[modules[key].label] += times
        if labels.total() < len(nodes):
            others = (node for node in nodes if node.group is not None or node.module not in modules)
            labels.update([node.title or self.tr("Group") for node in others])
        return labels

    def show_look(self, look: NodeLook | None, mode: str) -> None:
        """Show how the node does; None for several."""
        known = look is not None
        self.shape.setVisible(known)
        self.state.setVisible(known)
        if look is None:
            return
        state = STATES.get(look.state, STATES["never run"])
        ink = state.colour.on(self._theme.colours)
        self.shape.setPixmap(self._theme.pixmap(state.shape, ink, ICON_SMALL, self.devicePixelRatioF()))
        stale = look.state == "stale" and look.reason
        word = word_of(look.state)
        words = [f"{word}: {look.reason}" if stale else word]
        if mode != "normal":
            words.insert(0, self.tr("Bypassed") if mode == "bypassed" else self.tr("Disabled"))
        if look.mapped and look.total > 0:
            words.append(self.tr("{over} of {total} tasks").format(over=count(look.over), total=count(look.total)))
            if look.failed:
                words.append(self.tr("{failed} failed").format(failed=count(look.failed)))
        self.state.setText(" · ".join(words))
        self.state.setToolTip(look.reason)

    def _rename(self, text: str) -> None:
        self._typing = True
        single = self._selection.single if self._selection is not None else None
        if self._selection is not None and single is not None:
            self._selection.change({single[0]: {"title": text}}, self.tr("rename"), merge=True)

    def _end(self) -> None:
        if self._typing and self._selection is not None:
            self._typing = False
            self._selection.document.end_merging()
            self.show_selection(self._selection)

    def _dress(self) -> None:
        colours = self._theme.colours
        self.chip.setPixmap(chip(self._theme, self._category, self.devicePixelRatioF(), CHIP_LARGE))
        self.title.setFont(self._theme.font(HEADING, semibold=True))
        for label in (self.kind, self.state):
            label.setFont(self._theme.font(CAPTION))
            label.setStyleSheet(f"color: {colours.secondary}")
        self.title.setStyleSheet(
            f"#node-title {{ border-color: transparent; background: transparent; padding: 0 {GRID}px 0 0; }}"
            f"#node-title:focus, #node-title:hover:!read-only {{ border-color: {colours.border};"
            f" background: {colours.surface}; }}"
        )
