"""Tells how many calls a scheme takes, when it has its first worker and when that has changed by much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.scheme import Capacity

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.scheme import Report


class Announcer:
    """Reports the capacity of the scheme ``name``; not before it is ``live``, unless it has none and will have none."""

    def __init__(self, name: str, report: Callable[[Report], None]) -> None:
        self._name, self._report = name, report
        self._told = -1
        self.live = False

    def tell(self, slots: int, workers: int, why: str) -> None:
        """Take note of the slots and the workers there are; without any, ``why`` says why."""
        before = self._told
        if slots == before or (slots and not self.live):
            return
        if not slots or before <= 0 or not 2 / 3 < slots / before < 3 / 2:
            self._told = slots
            self._report(Capacity(self._name, slots, workers, "" if slots else why))
