"""The scheme that a node prefers, what its module supports, and why the present choice was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QStandardItemModel
from PyQt6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from ....core.registry.scheme_plugins import scheme_plugins
from ....core.validation.resource_checks import SCHEMES as NAMES
from ..explain.run_on import preferred, run_on, why_not
from ..explain.words import last_run
from ..scheme_badges import scheme_badge
from ..scheme_choices import AUTO
from ..scheme_words import scheme_word
from ..theme.tokens import CAPTION, GRID
from .fields import still_wheel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....core.modules import Module
    from ..explain.run_on import Target
    from ..looks import NodeLook
    from ..theme.theme import Theme
    from .selection import Selection


class SchemeChoice(QWidget):
    """A list of schemes; those that the module does not support say so and cannot be chosen.

    ``why_requested`` tells that a person wants to see all reasons.
    """

    why_requested = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._selection: Selection | None = None
        self.box, self.why = QComboBox(self), QLabel(self)
        self.more = QPushButton(self.tr("Why here?…"), self)
        self.more.clicked.connect(self.why_requested)
        self.box.setAccessibleName(self.tr("Preferred scheme"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(6)
        still_wheel(self.box)
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID + 2)
        layout.addWidget(self.box)
        layout.addWidget(self.why)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.box.activated.connect(self._choose)
        theme.changed.connect(self._dress)
        self._dress()

    def show_selection(self, selection: Selection, look: NodeLook | None, why: str = "", foreseen: str = "") -> None:
        """Show what the selected nodes prefer, how the newest run chose and ``why``, and what is ``foreseen``."""
        self._selection = selection
        self._fill(selection.targets)
        modules = [module for target in selection.targets for module in target.modules]
        self.why.setText("\n".join(filter(None, (self._chosen(look, why, foreseen), self._supported(modules)))))
        self.why.setVisible(bool(self.why.text()))

    def _fill(self, found: Sequence[Target]) -> None:
        now = preferred(found)
        self.box.clear()
        for name in dict.fromkeys((*NAMES, *scheme_plugins(), *filter(None, [now]))):
            word, against = scheme_word(name), why_not(found, name)
            shown = f"{word}: {against}" if against else word
            self.box.addItem(QIcon() if name == AUTO else self._badge(name), shown, name)
            if against:
                _disable(self.box)
        self.box.setCurrentIndex(self.box.findData(now) if now else -1)
        self.box.setPlaceholderText(self.tr("several values"))

    def _chosen(self, look: NodeLook | None, why: str, foreseen: str) -> str:
        if look is None:
            return ""
        if not look.scheme:
            return foreseen or self.tr("Run to see which scheme is chosen, and why.")
        return last_run(look, why)

    def _supported(self, modules: Sequence[Module]) -> str:
        if len({module.path for module in modules}) != 1:
            return ""
        known = [*NAMES[1:], *scheme_plugins()]
        names = [name for name in known if name == "serial" or modules[0].schemes.supports(name)]
        return self.tr("The module supports {schemes}.").format(schemes=", ".join(map(scheme_word, names)))

    def _choose(self, row: int) -> None:
        name = self.box.itemData(row)
        if self._selection is not None and name is not None:
            edit = run_on(self._selection.pipeline, self._selection.targets, name)
            if edit is not None:
                self._selection.document.edit(edit, self.tr("run on {scheme}").format(scheme=scheme_word(name)))

    def _badge(self, scheme: str) -> QIcon:
        return QIcon(scheme_badge(self._theme, scheme, self.devicePixelRatioF()))

    def _dress(self) -> None:
        self.why.setFont(self._theme.font(CAPTION))
        self.why.setStyleSheet(f"color: {self._theme.colours.secondary}")


def _disable(box: QComboBox) -> None:
    model = box.model()
    item = model.item(box.count() - 1) if isinstance(model, QStandardItemModel) else None
    if item is not None:
        item.setEnabled(False)
