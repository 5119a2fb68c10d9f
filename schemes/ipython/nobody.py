"""What the scheme is made with, and what stands in for a cluster that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.scheme import Ended, Exported, Place, Report
from ...core.worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from ...core.worker.call import Call, ValueId
    from .connecting import Address


class Ours(NamedTuple):
    """What is known of a cluster that this program started, and can be done about it.

    ``status`` returns how a process ended (its host and number: the wait status, None if not known), ``replace`` has an
    engine started for one that is gone, ``alive`` says whether the controller lives, and ``end`` ends it all.
    """

    status: Callable[[str, int], int | None] | None = None
    replace: Callable[[], None] | None = None
    alive: Callable[[], bool] | None = None
    end: Callable[[], None] | None = None


class Setup(NamedTuple):
    """What an IPythonScheme was told; see there."""

    name: str
    address: Address | Callable[[], Address]
    files: Path
    search_path: tuple[Path, ...]
    environment: Mapping[str, str]
    fallback: Mapping[str, str]
    ours: Ours


class Nobody:
    """Answers for a cluster that cannot be reached, ``why`` it cannot."""

    def __init__(self, report: Callable[[Report], None], why: str) -> None:
        self._report, self._why = report, why

    def submit(self, calls: Sequence[Call]) -> None:
        """Refuse: another scheme may take them."""
        cause = Cause("insufficient resources", self._why)
        for call in calls:
            self._report(Ended(call.task, call.attempt, cause, Place("no engine"), refused=True))

    def stop(self, tasks: Iterable[str]) -> None:
        """Do nothing: all calls have been answered."""

    def export(self, values: Iterable[ValueId]) -> None:
        """Say that they are gone."""
        for value in values:
            self._report(Exported(value, Cause("lost contact", f"the output {value[1]!r} of {value[0]} is gone")))

    def fetch(self, value: ValueId, found: Future[Any]) -> None:
        """Say that it is gone."""
        found.set_exception(KeyError(value))

    def release(self, tasks: Iterable[str]) -> None:
        """Do nothing: there is nothing left."""
