"""Finds a function by its import path."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def import_function(path: str) -> Any:
    """Return what ``package.module:name.name`` names; ImportError or AttributeError if there is none."""
    module_name, _, qualified_name = path.partition(":")
    found: Any = sys.modules.get(module_name)
    # Another thread may be importing it.
    if found is None or getattr(getattr(found, "__spec__", None), "_initializing", False):
        found = importlib.import_module(module_name)
    for name in qualified_name.split("."):
        found = getattr(found, name)
    return found


def pass_on(value: Any) -> Any:
    """Return the value as it is: what a bypassed node does."""
    return value
