"""A run that goes on in a thread of its own."""

from __future__ import annotations

import ctypes
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Self

from ..core.authoring import NodeHandle
from .interrupts import runs_module

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .result import RunResult
    from .session import Run

ASK_SECONDS = 2.0
"""A module that runs in the run's own thread and has not ended so long after the cancel is interrupted."""

STOP_SECONDS = 15.0
"""A run that has not ended so long after the cancel is not waited for."""


class RunHandle:
    """A run that has been started. As a context manager it is closed at the end."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._result: RunResult | None = None
        self._error: BaseException | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._execute, name="treadle-run", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _execute(self) -> None:
        try:
            self._result = self._run.execute()
        except BaseException as error:  # noqa: BLE001 - handed to the caller of result()
            self._error = error
            self._closing = True
        finally:
            if self._closing:
                self._run.close()

    def cancel(
        self, nodes: NodeHandle | str | Iterable[NodeHandle | str] = (), tasks: str | Iterable[str] = ()
    ) -> None:
        """Ask to end the run, or only these nodes and tasks; what depends on them is skipped.

        UsageError if the run has no such node or task.
        """
        listed = [nodes] if isinstance(nodes, NodeHandle | str) else list(nodes)
        names = [node.id if isinstance(node, NodeHandle) else node for node in listed]
        self._run.cancel(names, [tasks] if isinstance(tasks, str) else list(tasks))

    def pause(self) -> None:
        """Start nothing new until ``resume``."""
        self._run.executor.pause()

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._run.executor.resume()

    @property
    def done(self) -> bool:
        """Whether the run has ended."""
        return not self._thread.is_alive()

    def result(self, timeout: float | None = None) -> RunResult:
        """Wait for the end and return the result; TimeoutError after ``timeout`` seconds."""
        self._thread.join(timeout)
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise TimeoutError(f"the run has not ended after {timeout} s")
        return self._result

    def close(self) -> None:
        """End the run, if it has not ended, wait until it has, and let go of its results.

        What cannot be ended is a module that goes on in the run's own thread, as with ``serial``, though it was
        interrupted. A warning tells of that: the workers are ended all the same, and the rest goes when it returns.
        """
        self._closing = True
        if not self.done:
            self._run.executor.cancel()
            # A listener is called in the run's thread, which closes at its end.
            if self._thread is threading.current_thread() or not self._ended():
                return
        self._run.close()

    def _ended(self) -> bool:
        """Wait for the end of a run that was cancelled; after the deadline at least its workers are ended."""
        self._thread.join(ASK_SECONDS)
        self._interrupt()
        self._thread.join(STOP_SECONDS - ASK_SECONDS)
        if self.done:
            return True
        self._run.executor.close()
        text = f"run {self._run.id} goes on {STOP_SECONDS:g} s after it was cancelled, because a module does so in this"
        warnings.warn(f"{text} process; its workers were ended. Have the module ask cancelled()", stacklevel=3)
        return False

    def _interrupt(self) -> None:
        """Raise KeyboardInterrupt in a module that runs in the run's own thread, as Ctrl-C does in the main one."""
        thread = self._thread.ident
        if thread is not None and runs_module(sys._current_frames().get(thread)):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt))
