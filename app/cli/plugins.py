"""`treadle plugins`: lists what installed plug-ins offer, and what of it is broken, with the reason."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import TreadleError
from ...core.registry.discovery import Source, describe_all
from ...core.registry.registry import Registry
from ...core.registry.scheme_plugins import IMPORT_SECONDS, all_scheme_plugins
from ..examples import plugged_examples
from .text import columns, counted, one_line, styled

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

NONE = "no plug-in is installed: a package offers modules, schemes and examples by its entry points"


class Offer(NamedTuple):
    """What one entry point offers: a line of what it is, or why it is broken."""

    kind: str
    name: str
    origin: str
    about: str
    is_broken: bool = False


def plugins_command(_options: Namespace) -> int:
    """Print what is offered; all of it is imported, each in a process of its own."""
    offers = sorted([*_modules(), *_schemes(), *_examples()])
    rows = [(_mark(one), *map(one_line, (one.kind, one.name, one.origin, one.about))) for one in offers]
    # A reason is never cut.
    lines = columns(rows) or [NONE]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _mark(offer: Offer) -> str:
    return styled("✗", "red") if offer.is_broken else styled("✓", "green")


def _modules() -> Iterator[Offer]:
    for source, outcome in Registry().plugins():
        if isinstance(outcome, TreadleError):
            yield Offer("modules", source.name, source.origin, str(outcome), is_broken=True)
        else:
            yield Offer("modules", source.name, source.origin, counted(len(outcome), "module"))


def _schemes() -> Iterator[Offer]:
    plugins = {plugin.name: plugin for plugin in all_scheme_plugins() if not plugin.why}
    sources = [Source(one.name, "schemes", one.value, deadline=IMPORT_SECONDS) for one in plugins.values()]
    for source, outcome in describe_all(sources):
        plugin = plugins[source.name]
        broken = isinstance(outcome, TreadleError)
        about = str(outcome) if broken else plugin.about
        yield Offer("scheme", plugin.name, plugin.origin, about, is_broken=broken)
    for plugin in all_scheme_plugins():
        if plugin.why:
            yield Offer("scheme", plugin.name, plugin.origin, plugin.why, is_broken=True)


def _examples() -> Iterator[Offer]:
    found, broken = plugged_examples()
    groups = groupby(found, lambda example: (example.name.partition("/")[0], example.origin))
    for (name, origin), members in groups:
        yield Offer("examples", name, origin, counted(len(list(members)), "example"))
    for one in broken:
        yield Offer("examples", one.name, one.origin, one.why, is_broken=True)
