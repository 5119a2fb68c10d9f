"""Measures how long the whole window is away from its events at many nodes: ``python -m benchmarks.window``.

All its panels are there, but no runner. For each thing that a person does: the longest time between two turns of the
event loop, by the clock and by the thread's own work, and how much the thread worked until all was quiet again.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QApplication

    from treadle.app.window.application import Program
    from treadle.app.window.page import DocumentPage
    from treadle.core.pipeline import Pipeline

NODES, QUIET, MOST = 10_000, 0.4, 60.0
FRAME = 0.016
"""More than this is seen as a halt."""


class Turns:
    """Times the turns of the event loop while something is done and until nothing more follows from it."""

    def __init__(self, application: QApplication) -> None:
        self._application = application

    def time(self, act: Callable[[], object], until: Callable[[], bool] = lambda: True) -> tuple[float, float, float]:
        """Do something and wait ``until`` it shows; return the longest gap by the clock and by work, and all work."""
        gc.collect()
        clock, work, whole = self._turn(act)
        last = time.perf_counter()
        end = last + MOST
        while (time.perf_counter() - last < QUIET or not until()) and time.perf_counter() < end:
            took, did, _ = self._turn(self._application.processEvents)
            clock, work, whole = max(clock, took), max(work, did), whole + did
            if did > 0.001:
                last = time.perf_counter()
            else:
                time.sleep(0.001)
        return clock, work, whole

    @staticmethod
    def _turn(act: Callable[[], object]) -> tuple[float, float, float]:
        clock, work = time.perf_counter(), time.thread_time()
        act()
        did = time.thread_time() - work
        return time.perf_counter() - clock, did, did


def main() -> int:
    """Measure and print; the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    parser.add_argument("--profile", action="store_true", help="tell where the time of the window's thread goes")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), options.nodes, options.only, profile=options.profile)
    print(f"{options.nodes:,} nodes; milliseconds: longest gap by the clock, by work, and all work")
    for name, figures in found.items():
        print(f"{name:34}" + "".join(f"{1000 * figure:10.1f}" for figure in figures))
    if options.json:
        options.json.write_text(json.dumps({"nodes": options.nodes, "seconds": found}, indent=2) + "\n")
    sys.stdout.flush()
    os._exit(0)


def measured(folder: Path, nodes: int, only: str, *, profile: bool) -> dict[str, tuple[float, float, float]]:
    """Measure all whose name has ``only`` in it."""
    from treadle.app.window.application import make_application

    application = make_application()
    made = _program(application, folder)
    made.window.resize(1600, 1000)
    made.window.show()
    turns, found = Turns(application), {}

    def measure(name: str, act: Callable[[], object], until: Callable[[], bool] = lambda: True) -> None:
        if only not in name:
            turns.time(act, until)
        elif profile:
            _profile(name, lambda: turns.time(act, until))
        else:
            found[name] = turns.time(act, until)

    def opened(kind: str, pipeline: Pipeline) -> DocumentPage:
        file = folder / f"{kind}.treadle"
        pipeline.save(file)
        measure(f"open {kind}", lambda: made.window.files.open(file), lambda: made.window.page is not None)
        assert made.window.page is not None
        return made.window.page

    for kind, pipeline in (("plain", _plain(nodes)), ("mapped", _mapped(nodes))):
        page = opened(kind, pipeline)
        for name, act in _deeds(made, page).items():
            measure(f"{name}, {kind}", act)
        made.documents.close(page.document)
        turns.time(lambda: None)
    made.documents.close(opened("a chain as deep", _deep(nodes)).document)
    opened("five times as many", _plain(5 * nodes))
    return found


def _program(application: QApplication, folder: Path) -> Program:
    from PyQt6.QtCore import QObject, pyqtSignal

    from treadle.app.window.application import Program
    from treadle.app.window.settings import Settings

    class Nobody(QObject):
        """A bridge without a runner."""

        news = pyqtSignal(object)
        state_changed = pyqtSignal(str, str)
        busy_changed = pyqtSignal(bool)

        def __init__(self) -> None:
            super().__init__()
            self.state, self.welcome = "gone", None

        def start(self) -> None: ...

        def stop(self) -> None: ...

        def ask(self, *_asked: object, **_facts: object) -> int:
            return 0

    settings = Settings(folder / "window.ini")
    for name, value in {"tour_seen": True, "appearance": "light"}.items():
        settings.set(name, value)
    return Program(application, settings, folder / "state", bridge=Nobody(), catalogue_file=folder / "modules.json")


def _deeds(made: Program, page: DocumentPage) -> dict[str, Callable[[], object]]:
    from treadle.core.edits import Change, remove_nodes
    from treadle.core.pipeline import Node

    document, do = page.document, page.canvas.do
    first = next(iter(document.pipeline.nodes))
    module = document.pipeline.nodes[first].module
    new = {"brand_new": Node(module=module, position=(0.0, -400.0))}
    return {
        "add a node": lambda: document.edit(Change("nodes", new), "add"),
        "remove a node": lambda: document.edit(remove_nodes(document.pipeline, ["brand_new"]), "remove"),
        "select all": do.select_all,
        "copy all": do.copy,
        "duplicate all": do.duplicate,
        "undo the duplicates": document.undo,
        "paste all": do.paste,
        "undo the paste": document.undo,
        "select all again": do.select_all,
        "delete all": do.delete,
        "undo the delete": document.undo,
        "select all once more": do.select_all,
        "group all": do.group,
        "undo the group": document.undo,
        "select one": lambda: setattr(page.canvas, "selection", {first}),
        "save": lambda: made.documents.save(document, None, lambda _error: None),
        "dark": lambda: made.window.commands.run("view.theme"),
        "light": lambda: made.window.commands.run("view.theme"),
    }


def _profile(name: str, act: Callable[[], object]) -> None:
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.runcall(act)
    print(f"-- {name}")
    pstats.Stats(profile).sort_stats("tottime").print_stats(14)
    pstats.Stats(profile).sort_stats("cumulative").print_stats("treadle", 45)


def _plain(nodes: int) -> Pipeline:
    from .canvases.treadle import pipeline

    return pipeline(nodes)


def _mapped(nodes: int) -> Pipeline:
    from msgspec.structs import replace

    from treadle.core.pipeline import Sweep

    from .canvases.shape import ROWS

    made = _plain(nodes)
    for number in range(min(ROWS, nodes)):
        node = made.nodes[f"n{number}"]
        made.nodes[f"n{number}"] = replace(node, sweeps={"x": Sweep((1.0, 2.0, 3.0), axis="subject")})
    return made


def _deep(nodes: int) -> Pipeline:
    from treadle.core.pipeline import Connection

    made = _plain(nodes)
    made.connections.clear()
    made.connections.update({f"n{number}.x": Connection(f"n{number - 1}.out") for number in range(1, nodes)})
    return made


if __name__ == "__main__":
    sys.exit(main())
