"""The page that asks: everything alive as a table, each with *Stop* or *Leave running*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from ..theme.tokens import GRID, RADIUS_CARD
from . import words
from .page import WIDTH, Page, text_label
from .row import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ....core.protocol import AliveRun
    from ....core.protocol.clusters import Fate
    from ..theme.theme import Theme
    from .alive import ClusterLine, Lines
    from .decisions import Decisions

MOST_HEIGHT = 420
"""A longer table is scrolled."""


class ChoosePage(Page):
    """Answers ``go`` or ``cancel``; ``decisions`` and ``remember`` are what the person has chosen."""

    def __init__(self, theme: Theme, lines: Lines, decisions: Decisions) -> None:
        super().__init__(
            theme,
            words.tr("Stop what still runs?"),
            words.tr("Treadle has started this. What you leave running goes on without the window."),
        )
        self.decisions = decisions
        self._lines = lines
        self.rows = [*map(self._run, lines.runs), *map(self._cluster, lines.clusters)]
        self.body.addWidget(self._table())
        self._remember = QCheckBox(words.tr("Remember my choice"))
        self._remember.setAccessibleName(self._remember.text())
        self.body.addSpacing(2 * GRID)
        self.body.addWidget(self._remember)
        note = words.tr(
            "You are not asked again then, and it also holds where nobody can be asked, as when you log out; "
            "otherwise everything is stopped there. File ▸ Settings changes it."
        )
        self._remember.setAccessibleDescription(note)
        label = text_label(note, theme, caption=True)
        label.setIndent(5 * GRID + 2)
        self.body.addWidget(label)
        self.add_buttons((), (("go", ""), ("cancel", words.tr("Cancel"))), safe="cancel")
        self._show()

    @property
    def remember(self) -> bool:
        """Whether the choice shall be remembered."""
        return self._remember.isChecked()

    def _table(self) -> QWidget:
        holder = QFrame()
        colours = self.theme.colours
        holder.setObjectName("alive")
        holder.setStyleSheet(
            f"#alive {{ background: {colours.raised}; border: 1px solid {colours.border}; "
            f"border-radius: {RADIUS_CARD}px }} #rule {{ background: {colours.border} }}"
        )
        column = QVBoxLayout(holder)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        for widget in self._ruled():
            column.addWidget(widget)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(words.tr("What still runs"))
        self._area, self._holder = area, holder
        return area

    def _ruled(self) -> Iterator[QWidget]:
        for number, row in enumerate(self.rows):
            if number:
                rule = QFrame()
                rule.setObjectName("rule")
                rule.setFixedHeight(1)
                yield rule
            yield row

    def begin(self) -> None:
        """Give the table the height that it needs."""
        super().begin()
        layout = self._holder.layout()
        assert layout is not None
        self._area.setFixedHeight(min(MOST_HEIGHT, layout.totalHeightForWidth(WIDTH - 12 * GRID)))

    def _run(self, run: AliveRun) -> Row:
        row = Row(self.theme, "run", words.run_title(run), [words.run_facts(run)])
        return self._connected(
            row,
            self.decisions.runs.get(run.run, "stop"),
            lambda fate: self.decisions.with_run(run.run, fate),
            lambda: words.run_outcome(run, self.decisions),
        )

    def _cluster(self, cluster: ClusterLine) -> Row:
        title, facts, warning = words.cluster_title(cluster), words.cluster_facts(cluster), words.warning_of(cluster)
        return self._connected(
            Row(self.theme, "parallel", title, facts, warning),
            self.decisions.clusters.get(cluster.name, "stop"),
            lambda fate: self.decisions.with_cluster(cluster.name, fate),
            lambda: words.cluster_outcome(cluster, self.decisions),
        )

    def _connected(self, row: Row, fate: Fate, change: Callable[[Fate], Decisions], outcome: Callable[[], str]) -> Row:
        row.choose(fate)
        row.outcome = outcome
        row.chosen.connect(lambda chosen: self._take(change(chosen)))
        return row

    def _take(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self._show()

    def _show(self) -> None:
        for row in self.rows:
            row.say_outcome()
        self.buttons["go"].setText(words.verb_of(self.decisions.fates()))
