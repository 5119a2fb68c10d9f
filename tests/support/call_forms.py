"""Calls whose form is another one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treadle.core.worker.call import Call


def shaped(call: Call, **changes: Any) -> Call:
    """Return the call with these fields of its form changed."""
    return replace(call, form=replace(call.form, **changes))
