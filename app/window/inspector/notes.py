"""What the headings of the inspector say of their sections, in a few words, also while they are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ..explain.run_on import preferred
from ..scheme_words import scheme_word

if TYPE_CHECKING:
    from ....core.pipeline import Node, Placement
    from ..looks import NodeLook
    from .selection import Selection


def notes_of(selection: Selection, look: NodeLook | None) -> dict[str, str]:
    """Return the words for each section that has any to say; of several nodes there are none."""
    single = selection.single
    if single is None:
        return dict.fromkeys(("mapping", "scheme", "settings", "placement"), "")
    node = single[1]
    return {
        "mapping": _mapping(node),
        "scheme": _scheme(preferred(selection.targets), look),
        "settings": _settings(node),
        "placement": _placement(node.placement),
    }


def _mapping(node: Node) -> str:
    words = [_tr("sweep")] if node.sweeps else []
    words += [_tr("together")] if node.zips else []
    words += [_tr("fold")] if node.fold else []
    words += [_tr("repeat")] if node.repeat else []
    return " · ".join(words)


def _scheme(asked: str, look: NodeLook | None) -> str:
    """Return what the nodes ask for, nothing if they differ, and what takes them."""
    chosen = look.scheme or look.foreseen if look is not None else ""
    return " → ".join(scheme_word(name) for name in dict.fromkeys((asked, chosen)) if name)


def _settings(node: Node) -> str:
    words = [
        _cores(node.n_procs),
        f"{node.mem_gb:g} GB" if node.mem_gb is not None else "",
        _tr("retries: {number}").format(number=node.retries) if node.retries else "",
        f"{node.timeout:g} s" if node.timeout is not None else "",
    ]
    return " · ".join(filter(None, words))


def _cores(number: int | None) -> str:
    if number is None:
        return ""
    return _tr("1 core") if number == 1 else _tr("{number} cores").format(number=number)


def _placement(placement: Placement | None) -> str:
    if placement is None:
        return ""
    if placement.once_on:
        return _tr("once on each engine") if placement.once_on == "engine" else _tr("once on each host")
    if placement.host_from:
        return _tr("where {input} says").format(input=placement.host_from)
    return ", ".join(placement.hosts or map(str, placement.engines))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Notes", text)
