"""Measures what the scheduler costs for each task: the time of its decisions, of making the plan, and its memory."""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from collections import deque
from typing import TYPE_CHECKING

from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Each, Join, Node, Pipeline
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.scheduler import Policy, Scheduler

if TYPE_CHECKING:
    from treadle.core.planning.plan import Plan

STEP = Module(
    path="bench:step",
    inputs=tuple(Port(name=name, optional=True) for name in ("x", "y")),
    outputs=(Port(name="out"),),
)
REPEATS = 5
SLOTS = 16


def pipeline(edges: dict[str, Connection], count: int) -> Pipeline:
    nodes = {f"n{number}": Node(module="step") for number in range(count)}
    return Pipeline("bench", nodes=nodes, connections=edges, modules={"step": STEP})


def flat(count: int = 10_000) -> Pipeline:
    return pipeline({}, count)


def chains(chains: int = 100, length: int = 100) -> Pipeline:
    edges = {
        f"n{c * length + place}.x": Connection(f"n{c * length + place - 1}.out")
        for c in range(chains)
        for place in range(1, length)
    }
    return pipeline(edges, chains * length)


def layered(layers: int = 100, width: int = 100) -> Pipeline:
    edges: dict[str, Connection] = {}
    for layer in range(1, layers):
        for place in range(width):
            node, above = layer * width + place, (layer - 1) * width
            edges[f"n{node}.x"] = Connection(f"n{above + place}.out")
            edges[f"n{node}.y"] = Connection(f"n{above + (place + 1) % width}.out")
    return pipeline(edges, layers * width)


def tree(count: int = 10_000) -> Pipeline:
    edges = {}
    for parent in range(count // 2):
        for port, child in (("x", 2 * parent + 1), ("y", 2 * parent + 2)):
            if child < count:
                edges[f"n{parent}.{port}"] = Connection(f"n{child}.out")
    return pipeline(edges, count)


def mapped() -> Pipeline:
    edges = {
        "n1.x": Connection("n0.out", each=Each()),
        "n2.x": Connection("n1.out"),
        "n3.x": Connection("n2.out", join=Join()),
    }
    return pipeline(edges, 4)


def drive(plan: Plan, items: int = 0) -> tuple[float, Scheduler]:
    """Run a plan to its end; return the seconds that the scheduler took."""
    labels = tuple(map(str, range(items)))
    outcome = e.Outcome()
    running: deque[str] = deque()
    run = Scheduler(plan, Policy(("processes",)))
    handle, spent = run.handle, 0.0
    clock = time.perf_counter

    def feed(event: e.Event) -> None:
        nonlocal spent
        began = clock()
        commands = handle(event)
        spent += clock() - began
        running.extend([command.task for command in commands if type(command) is e.Start])

    feed(e.SchemeChanged("processes", SLOTS))
    feed(e.RunStarted())
    while running:
        task = running.popleft()
        feed(e.TaskStarted(task))
        feed(e.TaskSucceeded(task, e.Outcome({"out": labels}) if items and task == "n0" else outcome))
    assert run.state.value == "succeeded", run.state
    return spent, run


def measure(name: str, made: Pipeline, items: int = 0) -> None:
    plans, runs = [], []
    tasks = 0
    for _ in range(REPEATS):
        gc.collect()
        began = time.perf_counter()
        plan = make_plan(made)
        plans.append(time.perf_counter() - began)
        seconds, run = drive(plan, items)
        runs.append(seconds)
        tasks = len(run.layout.tasks)
    per_task = statistics.median(runs) / tasks * 1e6
    print(f"{name:24} {tasks:8} {per_task:10.1f} {statistics.median(plans):10.3f}")


def memory(items: int = 100_000) -> float:
    """Return the bytes that the scheduler keeps for each task of a mapped node, at the end of a run."""
    plan = make_plan(mapped())
    gc.collect()
    tracemalloc.start()
    _, run = drive(plan, items)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(run.layout.tasks)


def main() -> None:
    print(f"{'shape':24} {'tasks':>8} {'µs a task':>10} {'plan, s':>10}")
    measure("flat", flat())
    measure("100 chains of 100", chains())
    measure("layered, 20,000 edges", layered())
    measure("tree", tree())
    measure("one chain of 10,000", chains(1, 10_000))
    measure("mapped, 10,000 items", mapped(), 10_000)
    if "--all" in sys.argv:
        measure("mapped, 100,000 items", mapped(), 100_000)
        measure("flat, 50,000 nodes", flat(50_000))
        print(f"memory: {memory():.0f} bytes a task at 200,000 tasks")


if __name__ == "__main__":
    main()
