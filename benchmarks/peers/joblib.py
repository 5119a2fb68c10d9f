"""joblib: Parallel, level by level since it knows no graphs; and Memory, its cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .peer import Peer
from .ready_loop import Progress

if TYPE_CHECKING:
    from ..dag import Dag


class Parallel(Peer):
    """What is ready is run and waited for, then what became ready by that."""

    requires = "joblib"

    def start(self) -> None:
        import joblib

        self._parallel = joblib.Parallel(n_jobs=self.workers, temp_folder=self.folder)
        self._parallel.__enter__()
        self._delayed = joblib.delayed

    def run(self, prepared: Dag) -> dict[str, Any]:
        progress = Progress(prepared)
        level = progress.first()
        while level:
            values = self._parallel(self._call(progress, name) for name in level)
            level = [ready for name, value in zip(level, values, strict=True) for ready in progress.done(name, value)]
        return progress.values

    def _call(self, progress: Progress, name: str) -> Any:
        step, arguments = progress.call(name)
        return self._delayed(step.function)(*arguments)

    def stop(self) -> None:
        self._parallel.__exit__(None, None, None)


class Memory(Peer):
    """One call after the other in this process, each from the cache if it is there."""

    requires = "joblib"

    def start(self) -> None:
        import joblib

        self._memory = joblib.Memory(self.folder, verbose=0)

    def run(self, prepared: Dag) -> dict[str, Any]:
        functions = {step.function: self._memory.cache(step.function) for step in prepared.steps.values()}
        values: dict[str, Any] = {}
        for name, step in prepared.steps.items():
            values[name] = functions[step.function](*step.filled(values))
        return values
