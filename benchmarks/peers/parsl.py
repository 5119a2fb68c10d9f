"""parsl on this machine; its apps take futures, so it needs no loop."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag


class Processes(Peer):
    """The HighThroughputExecutor, with retries."""

    requires = "parsl"
    most = 5_000

    def start(self) -> None:
        import parsl

        logging.getLogger("parsl").setLevel(logging.CRITICAL)
        config = parsl.Config(
            executors=[self.executor()],
            run_dir=str(self.folder / "runs"),
            retries=2,
            usage_tracking=0,
            initialize_logging=False,
        )
        self._parsl = parsl
        parsl.load(config)

    def executor(self) -> Any:
        from parsl.executors import HighThroughputExecutor
        from parsl.providers import LocalProvider

        return HighThroughputExecutor(
            max_workers_per_node=self.workers,
            address="127.0.0.1",
            loopback_address="127.0.0.1",
            provider=LocalProvider(init_blocks=1, max_blocks=1),
        )

    def run(self, prepared: Dag) -> dict[str, Any]:
        apps = {step.function: self._parsl.python_app(step.function) for step in prepared.steps.values()}
        futures: dict[str, Any] = {}
        for name, step in prepared.steps.items():
            arguments = [futures[one.step] if type(one) is Of else one for one in step.arguments]
            futures[name] = apps[step.function](*arguments)
        return {name: futures[name].result() for name in prepared.wanted}

    def stop(self) -> None:
        self._parsl.dfk().cleanup()
        self._parsl.clear()


class Threads(Processes):
    """The ThreadPoolExecutor of parsl."""

    most = 10_000

    def executor(self) -> Any:
        from parsl.executors import ThreadPoolExecutor

        return ThreadPoolExecutor(max_threads=self.workers)
