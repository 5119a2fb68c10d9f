"""Knows which job's turn it is, which will never have one, and which is to be interrupted."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from .kernel import kernel
from .messages import BROKEN, DROPPED, OVER, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Turns:
    """The jobs of a session on this engine, by their numbers, which rise.

    The main thread begins and ends them, another one hears what the runner wants meanwhile, and the handler of SIGINT
    asks which job is meant. ``interrupted`` says that the job was; by a person, if ``settle`` says so.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = self._ended = -1
        self._never: set[int] = set()
        self._closed = False
        self._stop = self._named = -1
        self._asked = False
        self._inside = self._armed = self._open = False
        self._broken = -1
        self.interrupted = False
        self._task, self._since = "", 0.0

    # The main thread

    def begin(self, number: int, task: str) -> bool:
        """Take note that a job begins; False if it must not."""
        with self._lock:
            self._begun = number
            if self._closed or number in self._never:
                self._never.discard(number)
                self._ended = number
                return False
            self._asked = self._armed = self.interrupted = False
            self._open = True
            self._task, self._since = task, time.monotonic()
            return True

    def enter(self) -> None:
        """Take note that the module is about to run; KeyboardInterrupt if a person has interrupted it already."""
        self._inside = True
        if self._broken == self._begun:
            self._interrupt()

    def leave(self) -> None:
        """Take note that nothing is to be interrupted any more."""
        self._inside = False

    def settle(self) -> bool:
        """Take note that the module has run: a person can interrupt it no more. Say whether one has."""
        with self._lock:
            self._open = False
            return self._broken == self._begun

    def end(self) -> None:
        """Take note that the job is over."""
        self._ended = self._begun

    def cancelled(self) -> bool:
        """Answer a module that asks whether it is to end."""
        self._asked = True
        return self._stop == self._begun

    def hear(self, _number: int, _frame: object) -> None:
        """Interrupt the module, if it is the one that is to be stopped, once: the handler of SIGINT."""
        if self._inside and self._armed and self._stop == self._begun:
            self._interrupt()

    def _interrupt(self) -> None:
        self._armed, self.interrupted = False, True
        # What the module was just handling may tell what is secret.
        raise KeyboardInterrupt(BROKEN if self._broken == self._begun else "the task was cancelled") from None

    # Any thread

    def recall(self, numbers: Iterable[int]) -> list[int]:
        """Have jobs never begin; return those that had not."""
        with self._lock:
            found = [number for number in numbers if number > self._begun]
            self._never.update(found)
            return found

    def recall_all(self) -> None:
        """Have no job begin any more."""
        with self._lock:
            self._closed = True

    def stop(self, number: int) -> tuple[str, bool]:
        """Have a job end: see ``messages.STOP``."""
        with self._lock:
            if number > self._begun:
                self._never.add(number)
                return DROPPED, False
            if number < self._begun or number <= self._ended:
                return OVER, False
            self._armed = self._armed or self._named != number
            self._stop = self._named = number
            return RUNNING, self._asked

    def interrupt(self, signal_main: Callable[[], None]) -> str:
        """Interrupt what runs, as a person wants it, each time; return its task, empty if nothing can be."""
        with self._lock:
            if not self._open:
                return ""
            self._stop = self._broken = self._begun
            self._armed = True
            # Not after it has ended: what comes next is not to hear it.
            signal_main()
            return self._task

    def running(self) -> tuple[str, float] | None:
        """Return the task that runs, and for how many seconds."""
        return (self._task, time.monotonic() - self._since) if self._ended < self._begun else None


class Ears:
    """Keeps SIGINT for the job that it is meant for, while the engine works for us."""

    def __init__(self) -> None:
        self.turns: Turns | None = None
        self._hears = False
        self._before: Any = None

    def __enter__(self) -> Ears:
        # Elsewhere no handler can be set, and none would be called.
        self._hears = threading.current_thread() is threading.main_thread()
        if self._hears:
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        if self._hears:
            signal.signal(signal.SIGINT, self._afterwards())

    def interrupt(self) -> str:
        """Interrupt what runs, from another thread; see ``Turns.interrupt``."""
        turns = self.turns
        return turns.interrupt(_signal_main) if turns is not None and self._hears else ""

    def _hear(self, number: int, frame: object) -> None:
        if self.turns is not None:
            self.turns.hear(number, frame)

    def _afterwards(self) -> Any:
        # The kernel sets a handler that raises for the time of a request, and its own again afterwards. What comes
        # between our reply and its sending must not take the reply away.
        if self._before is signal.default_int_handler and hasattr(kernel(), "saved_sigint_handler"):
            return signal.SIG_IGN
        return signal.SIG_DFL if self._before is None else self._before


def _signal_main() -> None:
    # It wakes a module that sleeps, as the signal from outside would.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
