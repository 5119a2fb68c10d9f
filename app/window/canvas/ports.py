"""Which ports of a node its card shows: all if they are few, else those that are required or connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ....core.modules import Module
    from ....core.pipeline import Node

FEW = 4
"""So many inputs are shown in any case."""

MANY_OUTPUTS = 8


class Ports:
    """The ports that a card shows, in order, with the row of each; ``hidden`` inputs are not shown."""

    __slots__ = ("hidden", "input_rows", "inputs", "open", "output_rows", "outputs", "rows")

    def __init__(self, inputs: Iterable[str], outputs: Iterable[str], hidden: tuple[str, ...], *, open_: bool) -> None:
        self.inputs, self.outputs, self.hidden, self.open = tuple(inputs), tuple(outputs), hidden, open_
        self.input_rows = {name: row for row, name in enumerate(self.inputs)}
        self.output_rows = {name: row for row, name in enumerate(self.outputs)}
        self.rows = max(len(self.inputs) + bool(hidden or open_), len(self.outputs))

    @property
    def more_row(self) -> int:
        """The row that stands for the inputs that are not shown; -1 if there is none."""
        return len(self.inputs) if self.hidden or self.open else -1


def ports_of(node: Node, module: Module | None, fed: Collection[str], read: Collection[str]) -> Ports:
    """Return the ports of a node of which the inputs ``fed`` and the outputs ``read`` are connected."""
    if node.group is not None:
        return Ports(
            dict.fromkeys((*node.group.inputs, *sorted(fed))),
            dict.fromkeys((*node.group.outputs, *sorted(read))),
            (),
            open_=False,
        )
    if module is None:
        return Ports(sorted(fed), sorted(read), (), open_=False)
    known = module.input_ports
    shown = [name for name, port in known.items() if not port.optional or name in fed]
    shown += sorted(name for name in fed if name not in known)
    if len(known) <= FEW:
        shown = list(dict.fromkeys((*known, *shown)))
    elif not shown:
        shown = list(known)[:1]
    return Ports(
        sorted(shown, key=_place(known)),
        _outputs(module, read),
        tuple(name for name in known if name not in shown),
        open_=module.open_inputs,
    )


def _place(known: Iterable[str]) -> Callable[[str], int]:
    order = {name: at for at, name in enumerate(known)}
    return lambda name: order.get(name, len(order))


def _outputs(module: Module, read: Collection[str]) -> Iterable[str]:
    names = module.output_names
    shown = names if len(names) <= MANY_OUTPUTS else [n for n in names if n in read or n in names[:MANY_OUTPUTS]]
    return dict.fromkeys((*shown, *sorted(read)))
