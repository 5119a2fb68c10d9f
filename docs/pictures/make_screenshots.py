"""Draws the main states of the window into PNG files beside this one: real runs of the examples, without a screen."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

    from treadle.app.window.application import Program

HERE = Path(__file__).resolve().parent
SIZE = (1600, 1000)
SECONDS = 240.0
END_SECONDS = 30.0
STATE_HOME = "/home/ada/.local/state"
"""In pictures, as in the guide, it stands for the folder that is made for the time of drawing."""

SETTLE_SECONDS = 1.5
"""What is drawn in steps, and shown at most thirty times a second, is complete after this time."""


def main() -> int:
    """Draw all pictures; return 1 if something went wrong meanwhile."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="treadle-pictures-", ignore_cleanup_errors=True) as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = str(Path(home) / name.lower())
        os.environ["IPYTHONDIR"] = str(Path(home) / "ipython")
        return _draw(Path(home))


def _draw(home: Path) -> int:
    from treadle.app.window.application import Program, make_application
    from treadle.app.window.settings import Settings

    application = make_application()
    settings = Settings(home / "window.ini")
    settings.set("appearance", "light")
    settings.set("tour_seen", value=True)
    program = Program(application, settings, home / "state", catalogue_file=home / "catalogue.json")
    faults: list[str] = []
    program.faults.happened.connect(faults.append)
    program.window.resize(*SIZE)
    try:
        program.start()
        _states(program)
    finally:
        started = psutil.Process().children(recursive=True)
        program.window.close_now()
        program.end()
        # The folders that they know of each other by are about to be removed.
        psutil.wait_procs(started, END_SECONDS)
    sys.stderr.writelines(faults)
    return 1 if faults else 0


def _states(program: Program) -> None:
    window = program.window
    _until(lambda: program.catalogue.state == "ready", "the modules are not listed")
    _take(program, "welcome")
    window.open_example("fmri_quality_control")
    _until(lambda: window.page is not None, "the example is not open")
    page = window.page
    assert page is not None
    page.canvas.selection = ("smooth",)
    _take(program, "editing")
    page.runs.start()
    _until(lambda: _done(program) >= 30, "the run does not go on")
    _take(program, "running")
    _until(lambda: not page.runs.going, "the run does not end")
    page.canvas.selection = ("tsnr_smoothed_slice",)
    _take(program, "done")
    window.docks.show("parallel")
    _take(program, "schemes")
    _take_why(program)
    window.docks.show("tasks")
    program.settings.set("appearance", "dark")
    _take(program, "dark")
    program.settings.set("appearance", "light")
    window.open_example("image_folder")
    _until(lambda: window.page is not page, "the example is not open")
    failing = window.page
    assert failing is not None
    failing.runs.start()
    _until(lambda: not failing.runs.going, "the run does not end")
    failed = next(iter(failing.runs.record.failed.values()), None) if failing.runs.record else None
    if failed is not None:
        failing.show_node(failed.node)
        failing.canvas.do.fit()
        window.rooms.show_failures(failed.node)
    _take(program, "failed")
    _take_leaving(program)


def _take_leaving(program: Program) -> None:
    """Draw the question of a window that is closed while a run goes on and a cluster is there."""
    from treadle import Pipeline, sweep
    from treadle.core import protocol as p
    from treadle.core.trust import TrustStore

    window = program.window
    pipeline = Pipeline("Overnight registration")
    lengths = [*(0.1 + number / 100 for number in range(24)), *(60.0 + number for number in range(16))]
    pipeline.add("time:sleep", seconds=sweep(lengths))
    TrustStore().trust(pipeline)
    document = program.documents.new(pipeline)
    runs = window.pages[document].runs
    runs.scheme = "processes"
    runs.start()
    started: list[object] = []
    program.bridge.ask(p.StartCluster, started.append, name=p.ClusterName("default"), engines=4)
    _until(lambda: bool(started) and _done(program) >= 24, "the run does not go on, or the cluster does not start")
    _take_engines(program)
    window.close()
    leaving = window.leaving
    _until(lambda: leaving.step.value == "choosing", "nothing is asked")
    assert leaving.dialog is not None
    _take(program, "leaving", leaving.dialog)
    leaving.dialog.page.buttons["cancel"].click()


def _take_why(program: Program) -> None:
    """Draw why a node runs where it does."""
    window = program.window
    page = window.page
    assert page is not None
    _until(lambda: bool(page.runs.checking.schemes), "the schemes are not told")
    explaining = window.running[page.document].explaining
    explaining.explain("smooth")
    assert explaining.dialog is not None
    _take(program, "why-here", explaining.dialog)
    explaining.dialog.close()


def _take_engines(program: Program) -> None:
    """Draw what is told of a cluster while it is looked at, two of its engines at work."""
    from treadle.core import protocol as p

    name, statement = p.ClusterName("default"), "import time; time.sleep(8)"
    program.bridge.ask(p.ExecuteOn, lambda _done: None, name=name, statement=statement, engines=(1, 2), deadline=20.0)
    panel = program.window.rooms.parallel
    program.window.commands.run("cluster.information")
    _until(lambda: "information" in panel.dialogs.open, "the cluster is not told")
    _until(lambda: "2 busy" in panel.dialogs.information().about.text(), "the engines are not at work")
    dialog = panel.dialogs.information()
    dialog.resize(1180, 300)
    _settle(program)
    dialog.where.setText(dialog.where.text().replace(os.environ["XDG_STATE_HOME"], STATE_HOME))
    _grab("engines", dialog)
    dialog.close()


def _done(program: Program) -> int:
    record = program.window.page.runs.record if program.window.page is not None else None
    return record.counts().get("succeeded", 0) if record is not None else 0


def _take(program: Program, name: str, widget: QWidget | None = None) -> None:
    _settle(program)
    _grab(name, widget or program.window)


def _settle(program: Program) -> None:
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        program.application.processEvents()


def _grab(name: str, widget: QWidget) -> None:
    widget.grab().save(str(HERE / f"{name}.png"))
    print(f"docs/pictures/{name}.png")  # noqa: T201 - this is what it is for


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    from PyQt6.QtCore import QCoreApplication

    until = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(otherwise)
        QCoreApplication.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    raise SystemExit(main())
