"""Owns a pool in which one task wants too much memory, and tells what became of it and of forty others."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from process_rigs import Rig

from treadle.core.worker.execute import Result


def main(folder: str, how: str) -> None:
    if how == "limited":
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    rig = Rig(Path(folder), workers=2)
    (victim,) = rig.submit(rig.call("allocate", "victim", megabytes=4000))
    neighbours = rig.forty()
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
