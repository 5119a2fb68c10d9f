"""How the enabled schemes stand: what they take, what is free, and how much work waits at each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .selection import Standing, choose

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .queueing import Kind


class Standings:
    """The schemes in the person's order; ``free`` are the slots of those that have told how many they have."""

    def __init__(self, enabled: Sequence[str], last_resort: Collection[str] = ()) -> None:
        self.enabled = enabled
        self.last_resort = last_resort
        self.free: dict[str, int] = {}
        self._slots: dict[str, int] = {}
        self._workers: dict[str, int] = {}
        self._why: dict[str, str] = {}
        self._work = dict.fromkeys(enabled, 0.0)

    def change(self, scheme: str, slots: int, workers: int, why: str) -> None:
        """Take note of what a scheme takes now."""
        self.free[scheme] = self.free.get(scheme, 0) + slots - self._slots.get(scheme, 0)
        self._slots[scheme], self._workers[scheme], self._why[scheme] = slots, workers or slots, why

    def out_of_use(self) -> Mapping[str, str]:
        """Return the schemes that were to take tasks and take none, with the reason that they gave."""
        return {name: why for name, why in self._why.items() if why and not self._slots[name]}

    @property
    def any_free(self) -> bool:
        """Whether any scheme could take a task."""
        return any(count > 0 for count in self.free.values())

    def hand_out(self, scheme: str, seconds: float | None) -> None:
        """Take note of a task that a scheme gets."""
        self.free[scheme] -= 1
        if seconds:
            self._work[scheme] += seconds

    def give_back(self, scheme: str, seconds: float | None) -> None:
        """Take note that a task has left a scheme."""
        self.free[scheme] += 1
        if seconds:
            self._work[scheme] -= seconds

    def waiting(self, scheme: str) -> float:
        """Return the seconds after which a new task would begin."""
        workers = self._workers.get(scheme, 0)
        busy = self._slots.get(scheme, 0) - self.free.get(scheme, 0)
        return self._work[scheme] / workers if workers and busy >= workers else 0.0

    def all(self) -> Mapping[str, Standing]:
        """Return how each scheme stands that has told of itself."""
        return {
            name: Standing(self.free[name], slots, why=self._why[name])
            for name, slots in self._slots.items()
            if name in self.enabled
        }

    def key(self) -> tuple[tuple[bool, bool | None], ...]:
        """Return what a choice depends on where durations are not known."""
        slots = self._slots
        return tuple(
            [(self.free.get(name, 0) > 0, bool(slots[name]) if name in slots else None) for name in self.enabled]
        )

    def hopeless(self, kind: Kind) -> str:
        """Return why no scheme will ever take tasks of a kind; empty if one may."""
        standing = self.all()
        choice = choose(kind.node, self.enabled, standing, kind.refusals, None, self.last_resort)
        if all(name in choice.refused for name in self.enabled):
            return "; ".join(choice.refused[name] for name in self.enabled)
        return ""
