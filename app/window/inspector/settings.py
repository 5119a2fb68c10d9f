"""What a node asks for when it runs: cores, memory, tries, time, cache, and whether it runs at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ....core.modules import Port
from ....core.validation.resource_checks import MAX_RETRIES
from ..theme.tokens import GRID
from .rows import Row
from .selection import Slot

if TYPE_CHECKING:
    from typing import Any

    from ....core.modules import Module
    from ..theme.theme import Theme
    from .selection import Selection


class Settings(QWidget):
    """A row for each setting; placeholders show what the module asks for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._key: Any = None
        self.rows: dict[str, Row] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID + 2)

    def show_selection(self, selection: Selection) -> None:
        """Show the settings of what is selected."""
        single = selection.single
        module = selection.module(single[1]) if single is not None else None
        key = (selection.wanted, selection.where, module, selection.only_groups)
        if key == self._key:
            for row in self.rows.values():
                row.refresh()
            return
        self._key = key
        for old in self.rows.values():
            old.hide()
            old.deleteLater()
        slots = slots_for(module) if not selection.only_groups else slots_for_all()
        self.rows = {slot.name: Row(slot, selection, self._theme) for slot in slots}
        for row in self.rows.values():
            self._layout.addWidget(row)


def slots_for(module: Module | None) -> tuple[Slot, ...]:
    """Return the settings of a node of a module; None stands for a group or several modules."""
    cores = module.n_procs if module is not None else None
    memory = module.mem_gb if module is not None else None
    cache = None if module is None else module.cache
    kept = _tr("keep") if cache or cache is None else _tr("compute each time")
    return (
        _number("n_procs", "int | None", cores, 0, _tr("Cores"), _tr("Cores that one task takes; 0 only waits.")),
        _number("mem_gb", "float | None", memory, 0, _tr("Memory"), _tr("Memory that one task takes."), "GB"),
        Slot(
            Port(name="retries", type="int", optional=True, default=0, low=0, high=MAX_RETRIES, help=_retries()),
            "field",
            _tr("Retries"),
        ),
        _number("timeout", "float | None", None, 0.001, _tr("Time limit"), _limit(), "s"),
        Slot(
            Port(name="cache", type="bool | None", optional=True, choices=(True, False), help=_cache()),
            "field",
            _tr("Results"),
            {"None": kept, "True": _tr("keep them"), "False": _tr("compute each time")},
        ),
        *slots_for_all(),
    )


def slots_for_all() -> tuple[Slot, ...]:
    """Return the settings that groups have, too, for all that is inside them."""
    return (
        Slot(
            Port(name="mode", type="str", optional=True, default="normal", choices=("normal", "bypassed", "disabled")),
            "field",
            _tr("In a run"),
            {"'normal'": _tr("runs"), "'bypassed'": _tr("bypassed"), "'disabled'": _tr("disabled")},
        ),
        Slot(
            Port(name="breakpoint", type="bool", optional=True, default=False, help=_pause()),
            "field",
            _tr("Pause before it"),
        ),
    )


def _number(name: str, kind: str, default: Any, low: float, label: str, told: str, unit: str = "") -> Slot:
    return Slot(
        Port(name=name, type=kind, optional=True, default=default, low=low, unit=unit, help=told), "field", label
    )


def _retries() -> str:
    return _tr("How often a task that raises an error is tried again. Lost workers do not count.")


def _limit() -> str:
    return _tr("A task that takes longer is ended.")


def _cache() -> str:
    return _tr("Whether results are kept and used again while nothing that they depend on changes.")


def _pause() -> str:
    return _tr("The run pauses before this node.")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Settings", text)
