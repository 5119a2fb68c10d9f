"""A window of this process that is left with things alive, and what is there of them before and after."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import endings
import psutil
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QLabel
from whole_windows import Whole, let_through

from treadle import Pipeline
from treadle.app.window.leaving.steps import Step, Waits
from treadle.core import protocol as p
from treadle.core.errors import TreadleError
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.profiles import profile_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SECONDS = 30.0
GONE_SECONDS = 12.0
NAME = p.ClusterName("default")
STUBBORN = """
import subprocess, sys
code = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'!'); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
child.stdout.read(1)
child.pid
"""
"""Started on an engine: a process that ends only when it is killed."""

IMPATIENT = Waits(stop=1.5)
"""A stop that is told of before those are killed who did not hear that they are to end."""


class Session(Whole):
    """One window, its runner, and what they start. All that is alive of it is ended when the test is over."""

    def __init__(self, folder: Path, qtbot: Any, waits: Waits | None = None) -> None:
        super().__init__(folder, qtbot)
        self.leaving = self.window.leaving
        if waits is not None:
            self.leaving._waits = waits
        self.closed = 0
        self.window.closed.connect(self._note_closed)
        self.ready()
        self.runner = psutil.Process(self.program.bridge._client.pid)

    def _note_closed(self) -> None:
        self.closed += 1

    def ask(self, kind: type[p.Request], **facts: Any) -> Any:
        """Return what the runner answers; a refusal is raised."""
        answers: list[Any] = []
        self.program.bridge.ask(kind, answers.append, **facts)
        self.until(lambda: bool(answers))
        if isinstance(answers[0], TreadleError):
            raise answers[0]
        return answers[0]

    # What is started

    def start_cluster(self, engines: int = 1) -> set[psutil.Process]:
        """Start a cluster of the runner's own; return its processes."""
        row = self.ask(p.StartCluster, name=NAME, engines=engines)
        assert len(row.engines) == engines
        return cluster_processes()

    def guardians(self) -> set[psutil.Process]:
        """Return the processes that end the cluster with the runner."""
        return {child for child in self.runner.children() if "guardian" in " ".join(child.cmdline())}

    def start_stubborn(self) -> psutil.Process:
        """Start a process on an engine that does not hear that it is to end."""
        (row,) = self.ask(p.ExecuteOn, name=NAME, statement=STUBBORN).rows
        assert not row.error, row
        return psutil.Process(int(row.value))

    def start_run(self, scheme: str = "processes") -> Any:
        """Begin a run of one task, which holds until the gate is opened; return its page."""
        pipeline = Pipeline("held")
        pipeline.add("window_deeds:hold", id="deed", x=3)
        page = self.open(pipeline, "held")
        page.runs.scheme = scheme
        page.runs.start()
        self.running(page, "deed")
        return page

    # The way out

    def close(self, step: Step = Step.CHOOSING) -> None:
        """Close the window as a person does, and wait for what comes."""
        self.window.close()
        self.until(lambda: self.leaving.step is step)

    def choose(self, **fates: str) -> None:
        """Choose for the run and for the cluster, and go."""
        for row in self.leaving.dialog.page.rows:
            fate = fates["run" if row.title.startswith("Run") else "cluster"]
            (row.leave if fate == "leave" else row.stop).click()
        self.press("go")

    def press(self, name: str) -> None:
        self.leaving.dialog.page.buttons[name].click()

    def words(self) -> str:
        """Return what the dialog says."""
        return "\n".join(label.text() for label in self.leaving.dialog.findChildren(QLabel))

    def over(self) -> None:  # type: ignore[override]
        """Wait until the window has closed."""
        self.until(lambda: self.closed == 1)

    def end(self) -> None:
        if not self.closed:
            self.window.close_now()
        self.program.end()
        with contextlib.suppress(psutil.Error):
            self.runner.resume()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert self.faults == []


def foreign_engine(folder: Path) -> subprocess.Popen[bytes]:
    """Start an engine for the cluster that Treadle knows nothing of."""
    with (folder / "foreign.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "ipyparallel.engine", f"--profile-dir={profile_folder('default')}"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def cluster_processes() -> set[psutil.Process]:
    """Return all that lives of clusters that Treadle has started, by its ledger."""
    pids = {proof.pid for record in Ledger().records() for proof in record.living()}
    found = set()
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.add(psutil.Process(pid))
    return found


def all_gone(processes: Iterable[psutil.Process], seconds: float = GONE_SECONDS) -> bool:
    """Wait for processes to end and say whether all did in the time that leaving may take."""
    return endings.all_gone(processes, seconds)


def all_alive(processes: Iterable[psutil.Process]) -> bool:
    return not any(endings.is_dead(process) for process in processes)


def left_run() -> Any:
    """Return the one run that is known here, by its journal."""
    (run,) = list_runs(runs_folder()).readable
    return run


def end_all(gate: Path, *others: subprocess.Popen[bytes]) -> None:
    """End what a test may have left: runs, clusters, and processes of its own."""
    let_through(gate)
    endings.end_runs()
    for process in cluster_processes():
        with contextlib.suppress(psutil.Error):
            process.kill()
    for one in others:
        one.kill()
        one.wait(SECONDS)
    with contextlib.suppress(ChildProcessError):
        # Runners that were left are still children of the tests.
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
