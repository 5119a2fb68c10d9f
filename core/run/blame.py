"""Adds to the causes of failures what only the run knows: who is to blame, and what was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..worker.call import references

if TYPE_CHECKING:
    from ..worker.call import Call
    from ..worker.failures import Cause


def with_request(cause: Cause, mem_gb: float) -> Cause:
    """Add to the lack of memory how much was asked for."""
    return replace(cause, message=f"{cause.message}; it asks for {mem_gb:g} GB (mem_gb)")


def with_maker(cause: Cause, call: Call) -> Cause:
    """Name the outputs that an input which cannot be read comes from; a single one is where the trouble began."""
    argument = call.arguments.get(cause.port)
    makers = () if argument is None else tuple(references(argument))
    outputs = list(dict.fromkeys(f"{task}.{output}" for task, output, _ in makers))
    if not outputs:
        return cause
    task = makers[0][0] if len(outputs) == 1 else ""
    named = outputs[0] if task else f"one of the {len(outputs)} outputs from {outputs[0]} to {outputs[-1]}"
    return replace(cause, message=f"{named} is not fit to travel: {cause.message}", task=task)
