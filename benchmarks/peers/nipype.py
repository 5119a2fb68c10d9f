"""nipype: a workflow of Function nodes on MultiProc, or on Linear with what is left from the run before."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag


class MultiProc(Peer):
    """MultiProc, which polls; its pause is set to 10 ms instead of a second or two."""

    requires = "nipype"
    most = 100
    plugin: ClassVar[str] = "MultiProc"

    def start(self) -> None:
        warnings.simplefilter("ignore")
        import nipype

        nipype.config.set("execution", "poll_sleep_duration", "0.01")
        nipype.config.set("execution", "check_version", "false")
        logging.disable(logging.CRITICAL)

    def prepare(self, dag: Dag) -> tuple[Any, tuple[str, ...]]:
        from nipype import Node, Workflow
        from nipype.interfaces.utility import Function

        flow = Workflow("bench", base_dir=str(self.folder))
        nodes: dict[str, Any] = {}
        for name, step in dag.steps.items():
            named = step.named
            interface = Function(input_names=list(named), output_names=["out"], function=step.function)
            nodes[name] = Node(interface, name=name)
            flow.add_nodes([nodes[name]])
            for port, value in named.items():
                if type(value) is Of:
                    flow.connect(nodes[value.step], "out", nodes[name], port)
                else:
                    setattr(nodes[name].inputs, port, value)
        return flow, dag.wanted

    def run(self, prepared: tuple[Any, tuple[str, ...]]) -> tuple[Any, tuple[str, ...]]:
        flow, wanted = prepared
        arguments = {"n_procs": self.workers} if self.plugin == "MultiProc" else {}
        return flow.run(plugin=self.plugin, plugin_args=arguments), wanted

    def values(self, ran: tuple[Any, tuple[str, ...]]) -> dict[str, Any]:
        graph, wanted = ran
        nodes = {node.name: node for node in graph.nodes()}
        return {name: nodes[name].result.outputs.out for name in wanted}


class Linear(MultiProc):
    """One node after the other, in this process."""

    plugin = "Linear"
    most = 1_000
