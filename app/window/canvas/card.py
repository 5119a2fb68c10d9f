"""What a card and a connection on the canvas are: what they show, without where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .measures import card_height

if TYPE_CHECKING:
    from ....core.pipeline import Connection, Node
    from .ports import Ports


class Card:
    """A node as it is shown. One is made anew when its node, its module or its connections change."""

    __slots__ = ("category", "height", "id", "kind", "node", "ports", "title", "width")

    def __init__(self, node_id: str, node: Node, words: tuple[str, str, str], ports: Ports, width: int) -> None:
        self.id, self.node, self.ports = node_id, node, ports
        self.title, self.kind, self.category = words
        self.width, self.height = width, card_height(ports.rows)

    @property
    def key(self) -> tuple[object, ...]:
        """What two cards must share to look the same."""
        node = self.node
        return (
            self.title, self.kind, self.category, self.ports.inputs, self.ports.outputs, self.ports.more_row,
            len(self.ports.hidden), self.width, node.mode, node.breakpoint, node.group is not None,
        )  # fmt: skip


class Wire:
    """A connection as it is shown, with the ids and ports at both its ends; its name is the input it feeds."""

    __slots__ = ("connection", "name", "source", "source_port", "target", "target_port")

    def __init__(self, name: str, connection: Connection) -> None:
        self.name, self.connection = name, connection
        self.source, _, self.source_port = connection.source.partition(".")
        self.target, _, self.target_port = name.partition(".")
