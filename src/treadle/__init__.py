"""Treadle: pipelines of Python functions, executed in parallel by the scheme that suits each task."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core.authoring import fold, sweep, zipped
    from .core.pipeline import Pipeline
    from .core.worker import Choices, Help, Range, Schemes, Unit, cancelled, log, module, progress, scratch
    from .core.worker.call import Item

__version__ = "0.1.0"

_HOMES = {
    "Pipeline": ".core.pipeline",
    "fold": ".core.authoring",
    "sweep": ".core.authoring",
    "zipped": ".core.authoring",
    "Item": ".core.worker.call",
    "run": ".app.session",
    "start_run": ".app.session",
    "ipython_cluster": ".app.clusters",
    **dict.fromkeys(
        ("Choices", "Help", "Range", "Schemes", "Unit", "cancelled", "log", "module", "progress", "scratch"),
        ".core.worker",
    ),
}

__all__ = [
    "Choices",
    "Help",
    "Item",
    "Pipeline",
    "Range",
    "Schemes",
    "Unit",
    "cancelled",
    "fold",
    "ipython_cluster",
    "log",
    "module",
    "progress",
    "run",
    "scratch",
    "start_run",
    "sweep",
    "zipped",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that `import treadle` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'treadle' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value
