"""Keeps a run: its journal, and the socket at which it can be asked to stop, pause or go on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from .control import ControlServer
from .names import fresh_run_id
from .writer import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ..run.records import RunEvent
    from .facts import RunFacts


class Steered(Protocol):
    """A run that can be told what to do, from any thread."""

    def cancel(self) -> None:
        """End the run."""

    def pause(self) -> None:
        """Start nothing new."""

    def resume(self) -> None:
        """Go on after a pause."""


class Recording:
    """The journal of a run that this process is about to begin, under a new ``id`` in ``folder``.

    It is made before the run, told of all that happens by ``hear``, and handed the run by ``steer`` once there is
    one; ``facts`` are looked for in the journal's thread. Where the run cannot be kept, or nobody can ask it, it goes
    on without; ``warn`` is told of the former.
    """

    def __init__(
        self, folder: Path, name: str, facts: Callable[[], RunFacts], warn: Callable[[str], None] = lambda _text: None
    ) -> None:
        self.id = fresh_run_id(folder, datetime.now().astimezone(), name)
        self._steered: Steered | None = None
        self._paused = False
        answers = {"cancel": self._cancel, "pause": self._pause, "resume": self._resume, "state": self._state}
        self._control = ControlServer(folder, self.id, answers)
        self._journal = Journal(folder, self.id, facts, warn, self._control.path)
        self.path = self._journal.path
        self.hear: Callable[[RunEvent], None] = self._journal.hear

    @property
    def seconds(self) -> float:
        """How long the run took, once it is over."""
        return self._journal.seconds

    def steer(self, run: Steered) -> None:
        """Let others ask ``run`` to stop, pause or go on, from now on."""
        self._steered = run

    def end(self, deadline: float = 10.0, warnings: Sequence[str] = ()) -> bool:
        """Write what is left, and listen no more; say whether the journal is complete. May be called twice."""
        self._steered = None
        self._control.close(min(deadline, 5.0))
        return self._journal.end(deadline, warnings)

    def close(self, deadline: float = 10.0) -> bool:
        """End, and wait for the disk too; say whether the journal is complete. May be called twice."""
        self.end(deadline)
        return self._journal.close(deadline)

    # In the thread of the socket

    def _run(self) -> Steered:
        if self._steered is None:
            raise RuntimeError("the run has not begun, or is over")
        return self._steered

    def _cancel(self) -> None:
        self._run().cancel()

    def _pause(self) -> None:
        self._run().pause()
        self._paused = True

    def _resume(self) -> None:
        self._run().resume()
        self._paused = False

    def _state(self) -> Mapping[str, Any]:
        return {"run": self.id, "state": "paused" if self._paused else "running"}
