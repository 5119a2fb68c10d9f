"""A window that runs a pipeline until somebody kills it; says on standard output what its runner is and what it does.

``python killed_window.py FOLDER [detach]``: the folder holds ``deed.treadle`` and its modules.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from treadle import Pipeline
from treadle.app.window.bridge import Bridge
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.settings import Settings
from treadle.core import protocol as p

DEADLINE_MS = 100_000


def _tell(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    folder = Path(sys.argv[1])
    application = QApplication([])
    bridge = Bridge()
    runs = Runs(bridge, Document(Pipeline.load(folder / "deed.treadle")), Settings(folder / "window.ini"))
    runs.scheme = "processes"

    def say() -> None:
        if runs.record is not None and runs.look("pause").state == "running" and bridge.welcome is not None:
            timer.stop()
            _tell("running", str(bridge.welcome.pid), runs.record.id)
            if "detach" in sys.argv:
                bridge.ask(p.Detach, lambda answer: _tell("detached", *answer.runs))

    def begin(state: str, _why: str) -> None:
        if state == "idle":
            runs.start()

    timer = QTimer()
    timer.timeout.connect(say)
    timer.start(20)
    bridge.state_changed.connect(begin)
    bridge.start()
    # Whatever goes wrong, nobody waits for it for ever.
    QTimer.singleShot(DEADLINE_MS, lambda: application.exit(3))
    application.exec()


if __name__ == "__main__":
    main()
