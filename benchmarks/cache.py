"""Measures the cache: keys, look-ups, keeping, and the re-run of 1,000 nodes that are all in it."""

from __future__ import annotations

import pickle
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.core.cache.earlier import CachedResults
from treadle.core.cache.entries import Keeping
from treadle.core.cache.fingerprints import Fingerprints
from treadle.core.cache.keys import NodeKeys
from treadle.core.cache.signing import Signer
from treadle.core.cache.store import Cache
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Node, Pipeline
from treadle.core.planning.make_plan import make_plan
from treadle.core.run.executor import Executor
from treadle.core.run.scheduler import Policy
from treadle.core.worker.digest import FileDigests
from treadle.schemes.serial import SerialScheme

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNER = Signer(b"benchmark" + bytes(23))
REPEATS = 5
SHAPES = {"flat": 0, "chain": 1}


def add(x: float, y: float = 1.0) -> float:
    return x + y


def pipeline(count: int, *, chained: bool) -> Pipeline:
    module = Module(
        path="steps_of_benchmark:add",
        inputs=(Port(name="x", type="float"), Port(name="y", type="float", optional=True, default=1.0)),
        outputs=(Port(name="out", type="float"),),
    )
    nodes = {
        f"n{number}": Node(module="add", params={"y": float(number)} if chained and number else {"x": float(number)})
        for number in range(count)
    }
    edges = {f"n{number}.x": Connection(f"n{number - 1}.out") for number in range(1, count)} if chained else {}
    return Pipeline("bench", nodes=nodes, connections=edges, modules={"add": module})


def run(folder: Path, made: Pipeline) -> tuple[float, int]:
    """Run a pipeline with a cache; return the seconds it took, preparation and all, and how many were found."""
    began = time.perf_counter()
    plan = make_plan(made)
    cache = Cache(folder / "cache", SIGNER)
    keys = NodeKeys(plan, Fingerprints([folder]), SIGNER, FileDigests(folder / "digests.sqlite"), folder)
    earlier = CachedResults(cache, keys, plan, "bench")
    scheme = SerialScheme(cache.files, [folder])
    executor = Executor(plan, {"serial": scheme}, Policy(look_up=True), folder=folder, earlier=earlier)
    executor.run()
    while earlier.waiting:
        executor._take(executor._next())
    found = sum(record.state.value == "cached" for record in executor.records.values())
    executor.close()
    earlier.close(30)
    cache.close(30)
    return time.perf_counter() - began, found


def rerun(count: int = 1000) -> None:
    for name, chained in SHAPES.items():
        folder = Path(tempfile.mkdtemp(prefix="treadle-bench-"))
        (folder / "steps_of_benchmark.py").write_text("def add(x, y=1.0):\n    return x + y\n")
        made = pipeline(count, chained=bool(chained))
        first, _ = run(folder, made)
        again = [run(folder, made) for _ in range(REPEATS)]
        assert all(found == count for _, found in again), again
        seconds = statistics.median(seconds for seconds, _ in again)
        told = f"{seconds * 1000:8.1f} ms ({seconds / count * 1e6:.0f} µs each); the first run took {first:.2f} s"
        print(f"re-run of {count:,} nodes, {name:6} {told}")
        shutil.rmtree(folder)


def timed(name: str, count: int, unit: str, work: Callable[[], Any]) -> None:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    print(f"{name:34} {statistics.median(taken) / count * 1e6:8.1f} µs a {unit}")


def parts(count: int = 10_000) -> None:
    from treadle.core.run.arguments import CallMaker
    from treadle.core.run.scheduler import Scheduler

    folder = Path(tempfile.mkdtemp(prefix="treadle-bench-"))
    (folder / "steps_of_benchmark.py").write_text("def add(x, y=1.0):\n    return x + y\n")
    plan = make_plan(pipeline(count, chained=True))
    scheduler = Scheduler(plan, Policy())
    scheduler.layout.begin()
    maker = CallMaker(scheduler.layout, folder)
    calls = [maker.call(scheduler.layout.task(node.number, ())) for node in plan.nodes]
    keys = NodeKeys(plan, Fingerprints([folder]), SIGNER, FileDigests(None), folder)
    began = time.perf_counter()
    for number in range(count):
        keys.why_not(number)
    print(f"{'preparing nodes':34} {(time.perf_counter() - began) / count * 1e6:8.1f} µs a node")
    timed("keys", count, "task", lambda: [keys.of(number, call) for number, call in enumerate(calls)])
    found = [keys.of(number, call) for number, call in enumerate(calls)]
    cache = Cache(folder / "cache", SIGNER)
    keeping = Keeping({("out", -1): pickle.dumps(1.0, 5)}, previews={"out": {"type": "float", "text": "1.0"}})
    began = time.perf_counter()
    for key in found:
        cache.keep(key, keeping)
    ordered = time.perf_counter() - began
    cache.flush(60)
    print(f"{'ordering to keep':34} {ordered / count * 1e6:8.1f} µs a task")
    print(f"{'keeping, in the writer':34} {(time.perf_counter() - began) / count * 1e6:8.1f} µs a task")
    timed("look-ups in batches of 100", count, "task", lambda: batches(cache, found, 100))
    timed("look-ups one by one", count, "task", lambda: batches(cache, found, 1))
    cache.close(30)
    shutil.rmtree(folder)


def batches(cache: Cache, keys: list[bytes], size: int) -> None:
    for start in range(0, len(keys), size):
        assert len(cache.look_up(keys[start : start + size])) == size


def main() -> None:
    rerun()
    if "--rerun" not in sys.argv:
        parts()


if __name__ == "__main__":
    main()
