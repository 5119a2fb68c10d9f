"""Imports the packages that only some modules need, and says which command installs a missing one."""

from __future__ import annotations

import importlib
from typing import Any

DISTRIBUTIONS = {"PIL": "Pillow", "skimage": "scikit-image", "sklearn": "scikit-learn"}


def need(name: str, purpose: str) -> Any:
    """Import and return the module ``name``; ``purpose`` is what cannot be done without it.

    Raises ImportError, which names the package and the command that installs it.
    """
    top = name.partition(".")[0]
    try:
        importlib.import_module(top)
        return importlib.import_module(name)
    except ImportError as error:
        package = DISTRIBUTIONS.get(top, top)
        told = f"{purpose} needs {package}: pip install 'treadle[science]'"
        if error.name != top:
            told = f"{purpose} needs {package}, which is here but cannot be imported: {error}"
        raise ImportError(told, name=error.name) from error
