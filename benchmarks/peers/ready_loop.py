"""The loop that people write around a pool without graphs: submit what is ready, look what is done."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..dag import Dag, Step

PATIENCE = 300


class Future(Protocol):
    """What a pool gives for a call."""

    def add_done_callback(self, function: Callable[[Any], object]) -> object: ...

    def result(self) -> Any: ...


class Progress:
    """Knows which steps of a graph are ready, and keeps each result as long as a step needs it."""

    def __init__(self, dag: Dag) -> None:
        self.dag = dag
        self.values: dict[str, Any] = {}
        self._wanted = set(dag.wanted)
        self._missing: dict[str, int] = {}
        self._readers: dict[str, list[str]] = {name: [] for name in dag.steps}
        for name, step in dag.steps.items():
            sources = list(step.sources)
            self._missing[name] = len(sources)
            for source in sources:
                self._readers[source].append(name)
        self._unread = {name: len(readers) for name, readers in self._readers.items()}

    def first(self) -> list[str]:
        """The steps that need no other."""
        return [name for name, missing in self._missing.items() if not missing]

    def done(self, name: str, value: Any) -> Iterator[str]:
        """Take note of a result; go through the steps that are now ready."""
        self.values[name] = value
        for reader in self._readers[name]:
            self._missing[reader] -= 1
            if not self._missing[reader]:
                yield reader

    def call(self, name: str) -> tuple[Step, list[Any]]:
        """The step and its arguments; results that no other step needs are forgotten."""
        step = self.dag.steps[name]
        arguments = step.filled(self.values)
        for source in step.sources:
            self._unread[source] -= 1
            if not self._unread[source] and source not in self._wanted:
                del self.values[source]
        return step, arguments


def run_with_futures(dag: Dag, submit: Callable[..., Future]) -> dict[str, Any]:
    """Run a graph on whatever gives futures: ``submit(function, *arguments)``."""
    progress = Progress(dag)
    done: queue.SimpleQueue[tuple[str, Future]] = queue.SimpleQueue()

    def send(name: str) -> None:
        step, arguments = progress.call(name)
        submit(step.function, *arguments).add_done_callback(lambda future: done.put((name, future)))

    for name in progress.first():
        send(name)
    for _ in range(len(dag.steps)):
        finished, future = done.get(timeout=PATIENCE)
        for name in progress.done(finished, future.result()):
            send(name)
    return progress.values
