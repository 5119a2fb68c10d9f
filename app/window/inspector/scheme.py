"""The scheme that a node prefers, what its module supports, and why the present choice was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QStandardItemModel
from PyQt6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from ....core.modules import Port
from ....core.registry.scheme_plugins import scheme_plugins
from ....core.validation.resource_checks import SCHEMES as NAMES
from ..explain.words import last_run
from ..scheme_badges import scheme_badge
from ..scheme_choices import AUTO
from ..scheme_words import scheme_word
from ..theme.tokens import CAPTION, GRID
from .editors.reading import MIXED, UNSET
from .fields import still_wheel
from .selection import Slot

if TYPE_CHECKING:
    from ....core.modules import Module
    from ..looks import NodeLook
    from ..theme.theme import Theme
    from .selection import Selection

_SLOT = Slot(Port(name="scheme", type="str", optional=True, default=AUTO), "field", "scheme")


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
        modules = [module for node in selection.nodes.values() if (module := selection.module(node)) is not None]
        value = selection.value(_SLOT)
        preferred = AUTO if value is UNSET else value
        self._fill(modules, preferred)
        self.why.setText("\n".join(filter(None, (self._chosen(look, why, foreseen), self._supported(modules)))))
        self.why.setVisible(bool(self.why.text()))

    def _fill(self, modules: list[Module], preferred: object) -> None:
        known = [*NAMES, *scheme_plugins()]
        names = [*known, *([preferred] if isinstance(preferred, str) and preferred not in known else [])]
        self.box.clear()
        for name in names:
            supported = name in {AUTO, "serial"} or all(module.schemes.supports(name) for module in modules)
            text = scheme_word(name)
            shown = text if supported else self.tr("{scheme}: not supported by the module").format(scheme=text)
            self.box.addItem(QIcon() if name == AUTO else self._badge(name), shown, name)
            if not supported:
                _disable(self.box)
        self.box.setCurrentIndex(self.box.findData(preferred) if preferred is not MIXED else -1)
        self.box.setPlaceholderText(self.tr("several values"))

    def _chosen(self, look: NodeLook | None, why: str, foreseen: str) -> str:
        if look is None:
            return ""
        if not look.scheme:
            return foreseen or self.tr("Run to see which scheme is chosen, and why.")
        return last_run(look, why)

    def _supported(self, modules: list[Module]) -> str:
        if len({module.path for module in modules}) != 1:
            return ""
        known = [*NAMES[1:], *scheme_plugins()]
        names = [name for name in known if name == "serial" or modules[0].schemes.supports(name)]
        return self.tr("The module supports {schemes}.").format(schemes=", ".join(map(scheme_word, names)))

    def _choose(self, row: int) -> None:
        name = self.box.itemData(row)
        if self._selection is not None and name is not None:
            self._selection.set(_SLOT, UNSET if name == AUTO else name)

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
