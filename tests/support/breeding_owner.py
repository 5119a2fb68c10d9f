"""Owns a pool in which one task starts as many processes as it can, and tells what became of it and of forty others."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from process_rigs import Rig

from treadle.core.worker.execute import Result


def main(folder: str) -> None:
    rig = Rig(Path(folder), workers=2)
    rig.run("add", a=1)
    (victim,) = rig.submit(rig.call("breed", "victim", file=f"{folder}/made"))
    neighbours = rig.forty()
    cause = rig.cause(victim)
    well = [task for task in neighbours if isinstance(rig.ended(task).result, Result)]
    alive = rig.run("add", a=1) == 2
    sys.stdout.write(f"{cause.kind} {cause.type} {len(well)} {alive}\n")
    rig.scheme.close(5.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
