"""What the canvas says of what is under the pointer."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ..scheme_words import scheme_word
from .port_types import port_described, port_typed, short

if TYPE_CHECKING:
    from ..looks import NodeLook
    from .card import Wire
    from .gestures.gesture import Pointer
    from .view import CanvasView


def tip_at(canvas: CanvasView, at: Pointer) -> str:
    """Return the tooltip for a place, empty if there is nothing to say."""
    canvas.pointing.hover(at)
    picked = canvas.picked
    if picked.hovered_port is not None and picked.hovered_port.name:
        return _port(canvas, picked.hovered_port.endpoint, output=picked.hovered_port.side == "out")
    if picked.hovered is not None:
        told = canvas.scheme_facts(picked.hovered) if canvas.pointing.on_badge(picked.hovered, at) else ""
        return told or _node(canvas, picked.hovered)
    if picked.hovered_wire is not None:
        return _wire(canvas, canvas.board.wires[picked.hovered_wire])
    return ""


def _port(canvas: CanvasView, endpoint: str, *, output: bool) -> str:
    described = port_described(canvas.board.body_shown, canvas.modules, endpoint, output=output)
    name = endpoint.partition(".")[2]
    lines = [f"<b>{escape(name)}</b>"]
    if described is not None:
        lines[0] += (
            f": {escape(short(port_typed(canvas.board.body_shown, canvas.modules, endpoint, output=output).type))}"
        )
        if described.unit:
            lines[0] += f" ({escape(described.unit)})"
        if described.help:
            lines.append(escape(described.help[:400]))
    node = canvas.board.cards[endpoint.partition(".")[0]].node
    if not output and name in node.params:
        lines.append(escape(f"= {node.params[name]!r}"[:200]))
    return "<br>".join(lines)


def _node(canvas: CanvasView, node_id: str) -> str:
    card = canvas.board.cards[node_id]
    lines = [f"<b>{escape(card.title)}</b> · {escape(node_id)}", escape(card.kind)]
    if card.node.breakpoint:
        lines.append(escape(canvas.tr("Breakpoint: runs stop before it")))
    if card.node.mode != "normal":
        lines.append(escape(canvas.tr("Bypassed") if card.node.mode == "bypassed" else canvas.tr("Disabled")))
    look = canvas.picture.looks.get(node_id)
    if look is not None:
        lines += _look(canvas, look)
    return "<br>".join(lines)


def _look(canvas: CanvasView, look: NodeLook) -> list[str]:
    words = [canvas.inks.state(look.state).word]
    words += [f"{count} {canvas.inks.state(state).word.lower()}" for state, count in look.counts.items() if count]
    lines = [escape(" · ".join(words if look.total > 1 else words[:1]))]
    if look.scheme:
        lines.append(escape(canvas.tr("Scheme: {0}").format(scheme_word(look.scheme))))
    elif look.foreseen:
        lines.append(escape(canvas.tr("Would run on: {0}").format(scheme_word(look.foreseen))))
    if look.reason:
        lines.append(escape(look.reason))
    return lines


def _wire(canvas: CanvasView, wire: Wire) -> str:
    body, modules = canvas.board.body_shown, canvas.modules
    source = canvas.board.cards[wire.source].title if wire.source in canvas.board.cards else wire.source
    target = canvas.board.cards[wire.target].title if wire.target in canvas.board.cards else wire.target
    type_ = short(port_typed(body, modules, wire.connection.source, output=True).type)
    lines = [f"<b>{escape(source)}</b> {escape(wire.source_port)} → <b>{escape(target)}</b> {escape(wire.target_port)}"]
    lines.append(escape(type_))
    connection = wire.connection
    if connection.each is not None:
        axis = connection.each.axis
        lines.append(
            escape(canvas.tr("One item at a time, along {0}").format(axis) if axis else canvas.tr("One item at a time"))
        )
    elif connection.join is not None:
        lines.append(escape(canvas.tr("Collected into a list")))
    elif wire.name in canvas.board.mapped:
        lines.append(escape(canvas.tr("Mapped: one value for each item")))
    if canvas.value_facts is not None:
        lines += [escape(fact) for fact in canvas.value_facts(canvas.where, wire.connection.source, wire.name)]
    if connection.apply:
        lines.append(escape(canvas.tr("Passed through {0}").format(connection.apply)))
    return "<br>".join(lines)
