"""Peers that do what a benchmark must survive; they look like those of ``benchmarks.peers``."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any


class Odd:
    requires = ""
    limit = False
    most = 100_000
    only_flat = False

    def __init__(self, workers: int, folder: Path, *, cache: bool = False) -> None:
        pass

    def start(self) -> None:
        pass

    def prepare(self, dag: Any) -> Any:
        return dag

    def values(self, ran: Any) -> Any:
        return ran

    def forget(self) -> None:
        pass

    def stop(self) -> None:
        pass


class Hanging(Odd):
    """Never ends; it has a child in a session of its own, whose process id is in the file ``HANGING_CHILD``."""

    def run(self, prepared: Any) -> Any:
        wait = "import threading; threading.Event().wait()"
        child = subprocess.Popen([sys.executable, "-c", wait], start_new_session=True)
        Path(os.environ["HANGING_CHILD"]).write_text(str(child.pid))
        threading.Event().wait()


class Dying(Odd):
    def run(self, prepared: Any) -> Any:
        os._exit(3)


class Wrong(Odd):
    def run(self, prepared: Any) -> Any:
        return dict.fromkeys(prepared.steps, -1)


class Absent(Odd):
    requires = "no_such_distribution"
