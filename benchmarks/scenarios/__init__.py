"""The scenarios by name, in the order they are run and shown."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .scenario import Scenario

SCENARIOS = (
    "start",
    "shapes",
    "shapes_threads",
    "array_chain",
    "readers",
    "makespan",
    "cached",
    "kill",
    "memory",
)


def load(name: str) -> Scenario:
    """Return a scenario by its name."""
    return cast("Scenario", import_module(f".{name}", __name__))
