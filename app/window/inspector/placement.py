"""Where the tasks of a node may run: anywhere, on named hosts or engines, where an input says, or once on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ....core.modules import Port
from ....core.pipeline import Placement
from ..theme.tokens import GRID
from .editors.lists import ListEditor
from .editors.reading import UNSET, Fault, checked
from .fields import Caption, FaultLabel, offer, still_wheel

if TYPE_CHECKING:
    from ..theme.theme import Theme
    from .selection import Selection

WAYS = ("anywhere", "hosts", "engines", "host_from", "engine", "host")


class PlacementEditor(QWidget):
    """Edits the placement of the selected nodes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._selection: Selection | None = None
        self._chosen = "anywhere"
        self.way, self.told, self.fault = QComboBox(self), Caption(theme), FaultLabel(theme)
        for text in (
            self.tr("anywhere"),
            self.tr("on these hosts"),
            self.tr("on these engines"),
            self.tr("on the host that an input names"),
            self.tr("once on each engine"),
            self.tr("once on each host"),
        ):
            self.way.addItem(text)
        self.way.setAccessibleName(self.tr("Placement"))
        self.way.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.hosts = ListEditor(Port(name=self.tr("Hosts"), type="list[str]"), theme)
        self.engines = ListEditor(Port(name=self.tr("Engines"), type="list[int]", low=0), theme)
        self.input = QComboBox(self)
        self.input.setAccessibleName(self.tr("The input that names the host"))
        for box in (self.way, self.input):
            still_wheel(box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID + 2)
        for widget in (self.way, self.hosts, self.engines, self.input, self.fault, self.told):
            layout.addWidget(widget)
        self.told.setText(self.tr("Only IPython engines are elsewhere; other schemes run on this machine."))
        self.way.activated.connect(self._choose)
        self.input.activated.connect(lambda _row: self._set(Placement(host_from=self.input.currentData() or "")))
        self.hosts.edited.connect(lambda value: self._take(self.hosts.port, value))
        self.engines.edited.connect(lambda value: self._take(self.engines.port, value))

    def show_selection(self, selection: Selection) -> None:
        """Show where the nodes are placed; of several with different places, anywhere."""
        same = self._selection is not None and self._selection.wanted == selection.wanted
        self._selection = selection
        placements = {node.placement for node in selection.nodes.values()}
        placement = next(iter(placements)) if len(placements) == 1 else None
        placement = placement or Placement()
        way = _way(placement)
        # What is being filled in has nothing to tell yet.
        self._chosen = self._chosen if same and way == "anywhere" and self._is_empty_choice() else way
        self.hosts.show_value(list(placement.hosts) or UNSET)
        self.engines.show_value(list(placement.engines) or UNSET)
        offer(self.input, [port.name for port in selection.ports()], placement.host_from, self.tr("choose an input"))
        self._show_way()

    def _is_empty_choice(self) -> bool:
        return self._chosen in {"hosts", "engines", "host_from"}

    def _show_way(self) -> None:
        self.way.setCurrentIndex(WAYS.index(self._chosen))
        self.hosts.setVisible(self._chosen == "hosts")
        self.engines.setVisible(self._chosen == "engines")
        self.input.setVisible(self._chosen == "host_from")
        self.told.setVisible(self._chosen != "anywhere")

    def _choose(self, row: int) -> None:
        self._chosen = WAYS[row]
        self.fault.say("")
        self._show_way()
        if self._chosen in {"engine", "host"}:
            self._set(Placement(once_on="engine" if self._chosen == "engine" else "host"))
        else:
            self._set(None)

    def _take(self, port: Port, value: Any) -> None:
        value = checked(port, value, references=False)
        self.fault.say(value.text if isinstance(value, Fault) else "")
        if isinstance(value, list):
            kept = tuple(one for one in value if one != "")
            self._set(Placement(hosts=kept) if port is self.hosts.port else Placement(engines=kept))

    def _set(self, placement: Placement | None) -> None:
        if self._selection is not None:
            wanted = None if placement == Placement() else placement
            changes = {one: {"placement": wanted} for one in self._selection.ids}
            self._selection.change(changes, self.tr("place"))


def _way(placement: Placement) -> str:
    if placement.once_on:
        return placement.once_on
    return next((way for way in ("hosts", "engines", "host_from") if getattr(placement, way)), "anywhere")
