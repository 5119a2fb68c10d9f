"""Small pipelines by the names of their connections, and schedulers that have workers for them."""

from __future__ import annotations

from typing import Any

from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Each, Join, Node, Pipeline
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.worker.declare import Schemes
from treadle.core.worker.failures import Cause

ERROR = Cause("exception", "boom")
LOST = Cause("killed", "the worker was killed")

STEP = Module(path="a:step", inputs=tuple(Port(name=n, optional=True) for n in "xyz"), outputs=(Port(name="out"),))
THREADS = Module(path="a:threads", outputs=(Port(name="out"),), schemes=Schemes(threads=True, processes=False))
BOTH = Module(path="a:both", inputs=STEP.inputs, outputs=STEP.outputs, schemes=Schemes(threads=True))
SERIAL = Module(path="a:serial", outputs=(Port(name="out"),), schemes=Schemes(threads=False, processes=False))


def pipeline(connections: dict[str, Any], **nodes: Any) -> Pipeline:
    ends = {end: one if isinstance(one, Connection) else Connection(one) for end, one in connections.items()}
    names = dict.fromkeys([*(end.split(".")[0] for end in [*(c.source for c in ends.values()), *ends]), *nodes])
    placed = {name: nodes.get(name, Node(module="step")) for name in names}
    modules = {"step": STEP, "threads": THREADS, "serial": SERIAL, "both": BOTH}
    return Pipeline("test", nodes=placed, connections=ends, modules=modules)


def scheduler(connections: dict[str, Any], policy: Policy | None = None, slots: int = 9, **nodes: Any) -> Scheduler:
    policy = policy or Policy()
    made = Scheduler(make_plan(pipeline(connections, **nodes)), policy)
    for name in policy.enabled:
        made.handle(e.SchemeChanged(name, slots))
    return made


def started(commands: list[e.Command]) -> list[str]:
    return [command.task for command in commands if isinstance(command, e.Start)]


def released(commands: list[e.Command]) -> list[str]:
    return [command.task for command in commands if isinstance(command, e.Release)]


def items(count: int) -> e.Outcome:
    return e.Outcome({"out": tuple(map(str, range(count)))})


CHAIN = {"clean.x": "load.out", "plot.x": "clean.out"}
MAPPED = {"clean.x": Connection("load.out", each=Each()), "total.x": Connection("clean.out", join=Join())}
TOLERANT = {**MAPPED, "total.x": Connection("clean.out", join=Join(on_failure="skip"))}
