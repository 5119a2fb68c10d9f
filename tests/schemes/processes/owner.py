"""A program that owns a pool: it starts one, prints what lives in it, and waits to be killed."""

from __future__ import annotations

import queue
import signal
import sys
from pathlib import Path

from treadle.core.worker.call import Call, Form, Given, Target
from treadle.schemes.processes.scheme import ProcessesScheme


def main() -> None:
    file, folder, *deeds = sys.argv[1:]
    scheme = ProcessesScheme(Path(folder) / "files", [Path(__file__).parent], workers=len(deeds))
    scheme.open(queue.SimpleQueue().put)
    scheme.submit(
        [
            Call(f"task-{place}", Form(Target(path=f"deeds:{deed}")), {"file": Given(file)})
            for place, deed in enumerate(deeds)
        ]
    )
    sys.stdout.write(f"{scheme._premises.memory} {scheme._premises.disk}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main()
