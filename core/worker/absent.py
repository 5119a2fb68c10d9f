"""The value of an output that carries nothing for an item, such as a branch that was not taken."""

from __future__ import annotations


class Absent:
    """Says that an output has no value for this item, and why; what consumes it is not executed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"<absent: {self.reason}>"

    def __reduce__(self) -> tuple[type[Absent], tuple[str]]:
        return Absent, (self.reason,)


NOT_TAKEN = Absent("not taken")
FILTERED = Absent("filtered out")
