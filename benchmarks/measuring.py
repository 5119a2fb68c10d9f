"""Measures one peer in one scenario, in a process of its own: ``python -m benchmarks.measuring`` with a setting.

The setting is JSON; each figure is written as a line of JSON to the descriptor it names. What goes wrong is told the
same way, and never by a traceback.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import peers, scenarios
from .scenarios.scenario import Bench

if TYPE_CHECKING:
    from .peers.peer import Peer


def main() -> None:
    setting = json.loads(sys.argv[1])
    with os.fdopen(setting["answers"], "w") as answers:

        def tell(**what: object) -> None:
            answers.write(json.dumps(what) + "\n")
            answers.flush()

        try:
            peer = peers.load(setting["peer"])
            if peers.absent(peer):
                tell(absent=f"{peer.requires} is not installed")
                return
            tell(limit=peer.limit)
            for figure in scenarios.load(setting["scenario"]).measure(_bench(peer, setting)):
                tell(**figure._asdict())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the one who waits must learn of it
            tell(broken=f"{type(error).__name__}: {error}".strip().splitlines()[0][:120])
            return
        tell(done=True)


def _bench(peer: type[Peer], setting: dict[str, object]) -> Bench:
    folder = Path(str(setting["folder"]))

    def make(*, cache: bool = False) -> Peer:
        return peer(int(str(setting["workers"])), folder, cache=cache)

    return Bench(make, folder, bool(setting["quick"]), float(str(setting["born"])))


if __name__ == "__main__":
    main()
    # Threads and children that a peer may have left are ended by the one who started this.
    os._exit(0)
