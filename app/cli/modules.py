"""`treadle modules`: lists what can be placed, or describes one module."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

from ...core.errors import ModuleLookupError, TreadleError
from ...core.registry.catalogue import Catalogue, search
from ...core.registry.registry import Registry
from .text import clip, columns, columns_with_paths, harmless, line_width, one_line, styled, wrapped

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from ...core.modules import Module, Port

DESCRIBE_SECONDS = 60.0
_CELL = 60
_HELP = 3


def modules_command(options: Namespace) -> int:
    """Print the modules that match a word, all without one; an import path is described in full."""
    lines = _description(_described(options.word)) if ":" in options.word else _catalogue(options.word)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _described(path: str) -> Module:
    from ...core.registry.describer import Describer

    with Describer() as describer:
        found = describer.describe([path], deadline=DESCRIBE_SECONDS)[path]
    if isinstance(found, TreadleError):
        raise found
    return found


def _catalogue(word: str) -> list[str]:
    catalogue = Registry().catalogue()
    found = _found(catalogue, word)
    if not found:
        raise ModuleLookupError(
            f"no module matches {word!r}",
            remedy="Any function can be placed by its import path: treadle modules PACKAGE.MODULE:FUNCTION",
        )
    lines = list(_by_category(found) if sys.stdout.isatty() and not word else _plain(found))
    for plugin in catalogue.broken:
        mark = styled("✗", "red")
        lines.append(f"{mark} {one_line(plugin.name)} cannot be used: {one_line(plugin.reason)}")
    return lines


def _found(catalogue: Catalogue, word: str) -> list[Module]:
    if word:
        return search(catalogue, word)
    return sorted(catalogue.modules.values(), key=lambda module: (module.category, module.label))


def _plain(found: Sequence[Module]) -> list[str]:
    """Return a line for each module, with all that finds it again."""
    rows = [tuple(map(one_line, (module.category, module.label, module.path))) for module in found]
    return columns_with_paths(rows, 2, width=line_width())


def _by_category(found: Sequence[Module]) -> Iterator[str]:
    rows = [tuple(map(one_line, (module.label, module.path))) for module in found]
    lines = iter(columns_with_paths(rows, 1, width=line_width(), indent="  "))
    for place, (category, members) in enumerate(groupby(found, lambda module: module.category)):
        yield from [""] * (place > 0)
        yield styled(one_line(category), "bold")
        yield from (next(lines) for _ in members)
    yield from ("", *rest) if (rest := list(lines)) else ()


def _description(module: Module) -> Iterator[str]:
    width = line_width()
    yield f"{styled(one_line(module.label), 'bold')}  {one_line(module.path)}"
    if module.help:
        yield wrapped(harmless(module.help), width, "")
    for heading, ports in (("Inputs", module.inputs), ("Outputs", module.outputs)):
        if ports:
            yield ""
            yield styled(heading, "bold")
            yield from _ports(ports, width, inputs=heading == "Inputs")
    yield ""
    supported = [name for name in ("threads", "processes", "ipython") if module.schemes.supports(name)]
    asks = f"cores {module.n_procs}, memory {module.mem_gb:g} GB"
    yield f"Runs on serial, {', '.join(supported)}; {asks}" if supported else f"Runs on serial; {asks}"


def _ports(ports: Sequence[Port], width: int | None, *, inputs: bool) -> Iterator[str]:
    rows = []
    for port in ports:
        cells = (port.name, _type(port), _default(port)) if inputs else (port.name, _type(port))
        rows.append([clip(one_line(cell), _CELL) for cell in cells])
    for port, line in zip(ports, columns(rows, width=width, shrink=1, indent="  "), strict=True):
        yield line
        if port.help:
            yield "      " + wrapped(one_line(port.help), width, "      ")


def _type(port: Port) -> str:
    return f"{port.type} [{port.unit}]" if port.unit else port.type


def _default(port: Port) -> str:
    return f"= {port.default!r}" if port.optional else "required"
