"""Owns workers of which one has a task that wants too much memory, and tells what became of it and of forty others."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import process_rigs
import thread_rigs

from treadle.core.worker.execute import Result


def main(folder: str, how: str, scheme: str = "processes") -> None:
    if how == "limited":
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    rigs = {"processes": process_rigs.Rig, "threads": thread_rigs.Rig}
    rig = rigs[scheme](Path(folder), workers=2)
    (victim,) = rig.submit(rig.call("allocate", "victim", megabytes=4000))
    if scheme == "threads":
        # They share its process, and would be lost with it.
        rig.ended(victim)
    neighbours = rig.submit(*[rig.call("busy", f"neighbour-{n}", seconds=0.002 + n / 1e6) for n in range(40)])
    found = rig.ended(victim)
    well = [task for task in neighbours if isinstance(rig.ended(task).result, Result)]
    told = {
        "kind": found.result.kind,
        "type": found.result.type,
        "message": found.result.message,
        "lost": found.lost,
        "peak": found.peak_memory,
        "neighbours": len(well),
        "alive": rig.run("add", a=1) == 2,
    }
    rig.scheme.close(5.0)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
