"""The search at the cursor: modules by name, those that fit a port first, and functions by import path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ..catalogue import best_port
from ..ports import how_it_fits
from .entries import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....core.modules import Module, Port
    from ..catalogue import Catalogue, Side

_IMPORT_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_DOTTED = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)\.([^\W\d]\w*)")


def module_entries(
    catalogue: Catalogue,
    chosen: Callable[[Module], None],
    by_path: Callable[[str], None],
    port: Port | None = None,
    side: Side = "inputs",
) -> Callable[[str], list[Entry]]:
    """Return what finds modules for a word; ``chosen`` gets the one that is taken.

    With a ``port`` only what fits it is found: its ``side``. ``by_path`` gets an import path that was written.
    """

    def find(word: str) -> list[Entry]:
        found = [_entry(module, chosen, port, side) for module in catalogue.search(word, port, side)]
        path = import_path(word)
        if path and catalogue.module(path) is None:
            found.insert(0, _by_path(path, by_path))
        return found

    return find


def import_path(word: str) -> str:
    """Return the import path that a person wrote, also with a dot for the colon; empty if it is none."""
    word = word.strip()
    if _IMPORT_PATH.fullmatch(word):
        return word
    dotted = _DOTTED.fullmatch(word)
    return f"{dotted[1]}:{dotted[2]}" if dotted else ""


def _by_path(path: str, by_path: Callable[[str], None]) -> Entry:
    text = QCoreApplication.translate("ModuleSearch", "Place function “{path}”").format(path=path)
    hint = QCoreApplication.translate("ModuleSearch", "by import path")
    return Entry(text, lambda: by_path(path), hint, category="Code")


def _entry(module: Module, chosen: Callable[[Module], None], port: Port | None, side: Side) -> Entry:
    return Entry(
        module.label,
        lambda: chosen(module),
        _detail(module, port, side),
        category=module.category or "Other",
        tooltip=module.help or module.path,
    )


def _detail(module: Module, port: Port | None, side: Side) -> str:
    if port is None:
        return module.category or module.path.partition(":")[0]
    _, own = best_port(module, port, side)
    if own is None:
        return module.category
    how = how_it_fits(port, own) if side == "inputs" else how_it_fits(own, port)
    if how == "each":
        template = QCoreApplication.translate("ModuleSearch", "{port}, item by item")
    elif how == "convert":
        template = QCoreApplication.translate("ModuleSearch", "{port}, converted")
    else:
        template = "{port}: {type}"
    return template.format(port=own.name, type=own.type)
