"""What the cards say of their nodes: title, kind and category, and names for new nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....core.free_names import FreeNames
from ....core.modules import LIBRARY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....core.modules import Module
    from ....core.pipeline import Node

_UNFIT, _NUMBER = re.compile(r"[^A-Za-z0-9_-]+"), re.compile(r"_\d+$")


def title_of(node_id: str, node: Node, module: Module | None) -> str:
    """Return what the card of a node is titled: its own title, else its module's."""
    return node.title or (module.label if module is not None else node_id)


def kind_of(node: Node, module: Module | None) -> str:
    """Return the second line of a card: where the module is from, or how much a group holds."""
    if node.group is not None:
        return f"group · {len(node.group.nodes)}"
    if module is None:
        return node.module.replace(":", " · ")
    if not module.path:
        return f"code · {module.name}"
    place, _, name = module.path.partition(":")
    return f"{place.removeprefix(LIBRARY) if module.in_library else place} · {name}"


def as_id(wanted: str) -> tuple[str, str]:
    """Return a text as the id of a node, and what of it is numbered where that is taken."""
    plain = _UNFIT.sub("_", wanted).strip("_")[:80] or "node"
    name = plain if not plain[0].isdigit() and plain[0] != "-" else f"n{plain}"
    return name, _NUMBER.sub("", name)


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """Return ``wanted`` as the id of a node, numbered if it is taken."""
    return FreeNames(taken).take(*as_id(wanted))
