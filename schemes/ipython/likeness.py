"""Finds out how an engine of this machine was started, so that another one can be started in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import psutil

from .proof import MARK

if TYPE_CHECKING:
    from .proof import Proof

_LIBRARY = "IPP_"
"""How the names of variables begin by which the library tells an engine where its controller is."""


def likeness(proof: Proof) -> dict[str, Any]:
    """Return the settings of an Order for an engine like this one: its Python, environment and niceness.

    Empty if it is gone. Nothing of it is ever written down: there may be secrets in the environment.
    """
    try:
        if not proof.lives:
            return {}
        process = psutil.Process(proof.pid)
        told = {name: value for name, value in process.environ().items() if name != MARK and _LIBRARY not in name[:4]}
        return {"python": process.cmdline()[0], "env": told, "niceness": os.getpriority(os.PRIO_PROCESS, proof.pid)}
    except (psutil.Error, OSError, IndexError):
        return {}
