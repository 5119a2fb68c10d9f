"""A run that goes on in a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from ..core.authoring import NodeHandle
from ..core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .result import RunResult
    from .session import Run

STOP_SECONDS = 15.0


class RunHandle:
    """A run that has been started. As a context manager it is closed at the end."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._result: RunResult | None = None
        self._error: BaseException | None = None
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

    def cancel(
        self, nodes: NodeHandle | str | Iterable[NodeHandle | str] = (), tasks: str | Iterable[str] = ()
    ) -> None:
        """Ask to end the run, or only these nodes and tasks; what depends on them is skipped.

        UsageError if the run has no such node or task.
        """
        listed = [nodes] if isinstance(nodes, NodeHandle | str) else list(nodes)
        names = [node.id if isinstance(node, NodeHandle) else node for node in listed]
        tasks = [tasks] if isinstance(tasks, str) else list(tasks)
        for node in names:
            if self._run.plan.node(node) is None:
                raise UsageError(f"the run has no node {node!r}")
        if not names and not tasks:
            self._run.executor.cancel()
        for node in names:
            self._run.executor.cancel_node(node)
        known = self._run.executor.records
        for task in tasks:
            if task not in known:
                raise UsageError(f"the run has no task {task!r}")
        if tasks:
            self._run.executor.cancel_tasks(tasks)

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
        """End the run, if it has not ended, and let go of its results."""
        if not self.done:
            self._run.executor.cancel()
            self._thread.join(STOP_SECONDS)
        self._run.close()
