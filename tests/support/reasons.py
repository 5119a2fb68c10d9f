"""What a runner could say of the schemes of a small pipeline."""

from __future__ import annotations

from treadle.core import protocol as p
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Node, Pipeline
from treadle.core.worker.declare import Schemes

PORTS = {"inputs": (Port(name="x", optional=True),), "outputs": (Port(name="out"),)}
MODULES = {
    "plain": Module(path="a:plain", title="Plain", **PORTS),
    "safe": Module(path="a:safe", title="Safe", schemes=Schemes(threads=True), **PORTS),
}
NO = "not supported by this module"


def two():
    """Return a pipeline in which ``second`` reads ``first``."""
    nodes = {"first": Node(module="plain"), "second": Node(module="safe", position=(240.0, 0.0))}
    wires = {"second.x": Connection("first.out")}
    return Pipeline("two", nodes=nodes, connections=wires, modules=dict(MODULES))


def told(node="first", chosen="processes", reason="processes: threads not supported by this module", preferred="auto"):
    """Return what the runner could say of a node."""
    return p.NodeSchemes(
        nodes=(node,),
        chosen=chosen,
        reason=reason,
        candidates=(
            p.Candidate(scheme="ipython", eligible=False, reason="no cluster runs"),
            p.Candidate(scheme="processes", eligible=True, reason="the first in your order", seconds=0.25),
            p.Candidate(scheme="threads", eligible=False, reason=NO),
            p.Candidate(scheme="serial", eligible=True, reason="only for what no other scheme can take"),
        ),
        preferred=preferred,
    )
