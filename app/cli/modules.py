"""`treadle modules`: lists what can be placed, or describes one module."""

from __future__ import annotations

from argparse import Namespace

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...core.catalogue import Catalogue, search
from ...core.errors import ModuleLookupError, TreadleError
from ...core.modules import Module, Port
from ...core.registry import Registry

DESCRIBE_SECONDS = 60.0


def modules_command(options: Namespace) -> int:
    """Print the modules that match a word, all without one; an import path is described in full."""
    console = Console(soft_wrap=True)
    if ":" in options.word:
        _show(console, _described(options.word))
        return 0
    catalogue = Registry().catalogue()
    found = search(catalogue, options.word) if options.word else sorted(
        catalogue.modules.values(), key=lambda module: (module.category, module.label)
    )
    if not found:
        raise ModuleLookupError(
            f"no module matches {options.word!r}",
            remedy="Any function can be placed by its import path: treadle modules PACKAGE.MODULE:FUNCTION",
        )
    _list(console, found, catalogue)
    return 0


def _described(path: str) -> Module:
    from ...core.describer import Describer

    with Describer() as describer:
        found = describer.describe([path], deadline=DESCRIBE_SECONDS)[path]
    if isinstance(found, TreadleError):
        raise found
    return found


def _list(console: Console, found: list[Module], catalogue: Catalogue) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("category", "title", "import path"):
        table.add_column(heading, overflow="fold")
    for module in found:
        table.add_row(*map(escape, (module.category, module.label, module.path)))
    console.print(table)
    for plugin in catalogue.broken:
        console.print(f"[red]✗[/] {escape(plugin.name)} cannot be used: {escape(plugin.reason)}")


def _show(console: Console, module: Module) -> None:
    console.print(f"[bold]{escape(module.label)}[/]  {escape(module.path)}")
    if module.help:
        console.print(escape(module.help))
    for heading, ports in (("Inputs", module.inputs), ("Outputs", module.outputs)):
        table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
        for column in ("name", "type", "default", "help"):
            table.add_column(column, overflow="fold")
        for port in ports:
            table.add_row(*map(escape, (port.name, _type(port), _default(port), port.help)))
        console.print(table)
    supported = [name for name in ("threads", "processes", "ipython") if module.schemes.supports(name)]
    console.print(f"Schemes: serial, {', '.join(supported)}; cores {module.n_procs}; memory {module.mem_gb:g} GB")


def _type(port: Port) -> str:
    return f"{port.type} [{port.unit}]" if port.unit else port.type


def _default(port: Port) -> str:
    if not port.optional:
        return "required"
    return repr(port.default)
