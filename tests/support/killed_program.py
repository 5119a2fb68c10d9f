"""A whole program that runs a pipeline with an unsaved edit until somebody kills it, and the next start after that.

``python killed_program.py FOLDER begin [saved]``: says ``running`` with the process of its runner; ``FOLDER`` holds
``deed.treadle`` and its modules. With ``saved`` nothing is edited.
``python killed_program.py FOLDER resume``: waits for the offer, takes it with one click, and says as JSON what it read
and what came of it. ``python killed_program.py FOLDER look SECONDS``: says what is offered within that time.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel

from treadle.app.window.application import Program, make_application
from treadle.app.window.dialogs.recovery_dialog import RecoveryDialog
from treadle.app.window.settings import Settings
from treadle.core.edits import set_parameter

if TYPE_CHECKING:
    from collections.abc import Callable


DEADLINE_MS = 100_000


def _tell(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def _when(condition: Callable[[], bool], then: Callable[[], object]) -> None:
    timer = QTimer(_program)
    timer.setInterval(20)

    def look() -> None:
        if condition():
            timer.stop()
            then()

    timer.timeout.connect(look)
    timer.start()


def _begin() -> None:
    page = _program.window.page
    assert page is not None
    if "saved" not in sys.argv:
        page.document.edit(set_parameter(page.document.body(), "last", "b", 5), "set b")
    _program.recovery.note()
    page.runs.scheme = "processes"
    # With what was edited: else it is a matter of time whether that is asked for now, or when the run is resumed.
    page.runs.trusting.give(lambda _error: page.runs.start())
    _when(lambda: page.runs.look("pause").state == "running", _begun)


def _begun() -> None:
    welcome = _program.bridge.welcome
    assert welcome is not None
    # What was given to be written before is written then.
    _program.aside.do(lambda: None, lambda _none: _tell("running", str(welcome.pid)))


def _dialogs() -> list[RecoveryDialog]:
    return [one for one in _program.window.findChildren(RecoveryDialog) if one.isVisible()]


def _resume() -> None:
    (dialog,) = _dialogs()
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert dialog.resume is not None
    assert dialog.resume.isDefault()
    dialog.resume.click()
    page = _program.window.page
    assert page is not None
    runs = page.runs

    def told() -> None:
        record = runs.record
        assert record is not None
        last = page.document.pipeline.node("last").params["b"]
        states = {task.task: task.state for task in record.tasks.values()}
        facts = {"words": words, "state": record.state, "states": states, "b": last, "scheme": runs.scheme}
        _tell(json.dumps({**facts, "modified": page.document.modified}))
        _end()

    _when(lambda: runs.record is not None and runs.record.over, told)


def _look() -> None:
    _tell(json.dumps(len(_dialogs())))
    _end()


def _end() -> None:
    _program.window.close_now()
    _program.end()


_folder, _what = Path(sys.argv[1]), sys.argv[2]
_application = make_application()
_settings = Settings(_folder / "window.ini")
_settings.set("tour_seen", value=True)
_program = Program(_application, _settings, _folder / "state", catalogue_file=_folder / "catalogue.json")
_program.start([_folder / "deed.treadle"] if _what == "begin" else [])
if _what == "begin":
    _when(lambda: _program.window.page is not None and _program.bridge.state == "idle", _begin)
elif _what == "resume":
    _when(lambda: bool(_dialogs()), _resume)
else:
    QTimer.singleShot(int(float(sys.argv[3]) * 1000), _look)
# Whatever goes wrong, nobody waits for it for ever.
QTimer.singleShot(DEADLINE_MS, lambda: _application.exit(3))
sys.exit(_application.exec())
