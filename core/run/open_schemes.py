"""The schemes of a run: opened when they are needed, and closed at its end."""

from __future__ import annotations

import contextlib
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING

from ..scheme import Capacity, Ended, Place
from ..worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from ..scheme import Report, Scheme, Watch
    from ..worker.call import Call, ValueId
    from .deadlines import Deadlines

START_SECONDS = 60.0
"""A scheme that has not told in this time how many tasks it takes is not waited for."""


class OpenSchemes:
    """The schemes by name. ``needed`` are those to begin with; the others are opened when one of them fails.

    What a scheme reports, or what is to be said of it because it fails, goes to ``hear``.
    """

    def __init__(
        self,
        schemes: Mapping[str, Scheme],
        needed: Collection[str],
        hear: Callable[[Report], None],
        deadlines: Deadlines,
    ) -> None:
        self.all = dict(schemes)
        self._needed = needed
        self._hear = hear
        self._deadlines = deadlines
        self._opened: set[str] = set()

    @property
    def several(self) -> bool:
        """Whether a value may be needed by another scheme than the one that made it."""
        return len(self._opened) > 1

    @property
    def watch(self) -> Watch | None:
        """What looks after the workers of the only scheme that is open, if it can be attended to."""
        if len(self._opened) != 1:
            return None
        (name,) = self._opened
        watch: Watch | None = getattr(self.all[name], "watch", None)
        return watch

    def here(self) -> Iterable[tuple[str, Scheme]]:
        """Return the schemes that execute in the executor's thread."""
        return [(name, scheme) for name, scheme in self.all.items() if scheme.runs_here]

    def open_needed(self) -> None:
        """Open what tasks will be given to, as long as all of it works."""
        self._open(self._needed)

    def open_all(self) -> None:
        """Open all: one of those that were open cannot do what it should."""
        self._open(self.all)

    def _open(self, names: Collection[str]) -> None:
        for name in [name for name in self.all if name in names and name not in self._opened]:
            self._opened.add(name)
            self._deadlines.set(name, START_SECONDS, partial(self._too_late, name))
            try:
                self.all[name].open(self._hear)
            except Exception as error:  # noqa: BLE001 - whatever it is, other schemes may work
                self._hear(Capacity(name, 0, why=f"it cannot start: {type(error).__name__}: {error}"))

    def _too_late(self, scheme: str) -> None:
        self._hear(Capacity(scheme, 0, why=f"it did not start within {START_SECONDS:g} s"))

    def answered(self, scheme: str) -> None:
        """Take note that a scheme has told how many tasks it takes."""
        self._deadlines.clear(scheme)

    def submit(self, scheme: str, calls: Sequence[Call]) -> None:
        """Hand calls over; those that the scheme fails to take are told as refused."""
        try:
            self.all[scheme].submit(calls)
        except OSError as error:
            cause = Cause("insufficient resources", f"{scheme} cannot take it: {error}")
            for call in calls:
                self._hear(Ended(call.task, call.attempt, cause, Place(scheme), refused=True))

    def stop(self, scheme: str, task: str) -> None:
        """Have a call ended that the scheme was given."""
        self.all[scheme].stop([task])

    def export(self, scheme: str, values: Iterable[ValueId]) -> None:
        """Have values made readable for other processes."""
        self.all[scheme].export(values)

    def release(self, scheme: str, task: str) -> None:
        """Let a scheme forget the values of a task."""
        self.all[scheme].release([task])

    def close(self, deadline: float) -> None:
        """End the workers of all within ``deadline`` seconds."""
        end = time.monotonic() + deadline
        # One that fails to close, even by a bug, must not keep the others open.
        with contextlib.ExitStack() as closing:
            for name in self._opened:
                closing.callback(self._close, name, end)

    def _close(self, name: str, end: float) -> None:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.all[name].close(max(0.0, end - time.monotonic()))
