"""Modules of one function ``step``, as text, and what it gave."""

from __future__ import annotations

from typing import Any

ADD = "def step(x: int = 1, y: int = 2) -> int:\n    return x + y\n"
FAILS = "def step(x: int = 1) -> int:\n    raise ValueError(f'no {x} here')\n"


def answer(done: Any) -> Any:
    """Return what a run of the command line with ``--json`` told of its output."""
    return done.json["outputs"]["step"]["out"]
