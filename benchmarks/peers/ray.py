"""ray on this machine; its tasks take references, so it needs no loop."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag


class Ray(Peer):
    """Remote functions with ray's own retries."""

    requires = "ray"
    most = 10_000

    def start(self) -> None:
        import ray

        warnings.simplefilter("ignore")
        ray.init(
            num_cpus=self.workers,
            include_dashboard=False,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
            object_store_memory=4_000_000_000,
        )
        self._ray = ray

    def run(self, prepared: Dag) -> dict[str, Any]:
        functions = {step.function: self._ray.remote(step.function) for step in prepared.steps.values()}
        references: dict[str, Any] = {}
        last = {source: name for name, step in prepared.steps.items() for source in step.sources}
        wanted = set(prepared.wanted)
        for name, step in prepared.steps.items():
            arguments = [references[one.step] if type(one) is Of else one for one in step.arguments]
            references[name] = functions[step.function].remote(*arguments)
            for source in set(step.sources):
                if last[source] == name and source not in wanted:
                    del references[source]
        return dict(zip(prepared.wanted, self._ray.get([references[one] for one in prepared.wanted]), strict=True))

    def stop(self) -> None:
        self._ray.shutdown()
