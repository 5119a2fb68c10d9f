"""pydra: a workflow of function tasks on its concurrent.futures plugin; it always keeps results."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag


class Pydra(Peer):
    """The plugin ``cf``."""

    requires = "pydra"
    most = 200

    def start(self) -> None:
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        import pydra

        self._pydra = pydra

    def prepare(self, dag: Dag) -> tuple[Any, tuple[str, ...]]:
        flow = self._pydra.Workflow(name="bench", input_spec=["x"], x=1, cache_dir=self.folder)
        for function in {step.function for step in dag.steps.values()}:
            # It does not resolve annotations that are text, and takes the text for a type.
            function.__annotations__.clear()
        tasks = {step.function: self._pydra.mark.task(step.function) for step in dag.steps.values()}
        for name, step in dag.steps.items():
            named = {
                port: getattr(flow, value.step).lzout.out if type(value) is Of else value
                for port, value in step.named.items()
            }
            flow.add(tasks[step.function](name=name, **named))
        flow.set_output([(name, getattr(flow, name).lzout.out) for name in dag.wanted])
        return flow, dag.wanted

    def run(self, prepared: tuple[Any, tuple[str, ...]]) -> tuple[Any, tuple[str, ...]]:
        flow, wanted = prepared
        with self._pydra.Submitter(plugin="cf", n_procs=self.workers) as submitter:
            submitter(flow)
        return flow.result().output, wanted

    def values(self, ran: tuple[Any, tuple[str, ...]]) -> dict[str, Any]:
        output, wanted = ran
        return {name: getattr(output, name) for name in wanted}
