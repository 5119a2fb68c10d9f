"""F27: whatever is done to a document while it runs, the run goes on with what it was begun with."""

from __future__ import annotations

import contextlib
import os
import random
from pathlib import Path

import psutil
import pytest
from bridges import bridge_to_a_runner
from endings import all_gone
from PyQt6.QtCore import QCoreApplication

from treadle import Pipeline, sweep
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.settings import Settings
from treadle.core import edits
from treadle.core.errors import UsageError
from treadle.core.pipeline import Connection

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
MS = 60_000
ACTIONS = 300
DEEDS = """
import time
from pathlib import Path

def first(value: float = 1.0) -> float:
    return value + 1

def wait(value: float, gate: str) -> float:
    end = time.monotonic() + 60
    while not Path(gate).exists() and time.monotonic() < end:
        time.sleep(0.01)
    return value

def total(values: list) -> float:
    return sum(values)
"""


@pytest.fixture
def bridge(qapp, qtbot):
    with bridge_to_a_runner(qtbot) as made:
        yield made


@pytest.fixture
def running(bridge, qtbot, tmp_path, monkeypatch):
    """Return the runs of a document of which one goes, and waits for a gate."""
    (tmp_path / "deeds_of_an_edit.py").write_text(DEEDS)
    monkeypatch.syspath_prepend(tmp_path)
    pipeline = Pipeline("edited")
    pipeline.file = tmp_path / "edited.treadle"
    first = pipeline.add("deeds_of_an_edit:first", id="first", value=sweep([1.0, 2.0, 3.0]))
    wait = pipeline.add("deeds_of_an_edit:wait", id="wait", value=first.out, gate=str(tmp_path / "gate"))
    pipeline.add("deeds_of_an_edit:total", id="total", values=wait.out.joined())
    runs = Runs(bridge, Document(pipeline), Settings(tmp_path / "window.ini"))
    qtbot.waitUntil(lambda: runs.trusting.restricted is not None, timeout=MS)
    runs.trust_and_run()
    qtbot.waitUntil(lambda: runs.look("wait").state == "running", timeout=MS)
    yield runs
    if not runs._closed:
        runs.close()


def answer(runs, qtbot):
    Path(runs.document.pipeline.file.parent / "gate").touch()
    qtbot.waitUntil(lambda: runs.state == "idle", timeout=MS)
    assert runs.record.state == "succeeded"
    told = []
    runs.ask_task("total", told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    return told[0].previews["out"]["text"]


def do(runs, edit):
    runs.document.edit(edit, "edit")


def test_a_run_goes_on_when_its_nodes_are_deleted(running, qtbot):
    do(running, edits.remove_nodes(running.document.pipeline, ["first", "wait", "total"]))
    assert answer(running, qtbot) == "9.0"


def test_a_run_goes_on_when_a_node_is_renamed_and_the_rename_is_undone(running, qtbot):
    do(running, edits.rename_node(running.document.pipeline, "wait", "other"))
    running.document.undo()
    qtbot.waitUntil(lambda: running.look("wait").state == "running", timeout=MS)
    assert answer(running, qtbot) == "9.0"
    assert running.look("wait").state == "succeeded"


def test_a_run_ends_with_its_document_and_leaves_no_worker_at_work(running, bridge, qtbot):
    runner = psutil.Process(bridge.welcome.pid)
    workers = runner.children(recursive=True)
    running.close()
    assert all_gone(workers)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=MS)


def random_edit(pipeline, chance):
    """Return an edit of whatever there is; undo and redo are left to the caller."""
    nodes = list(pipeline.nodes)
    one, other = chance.choice(nodes), chance.choice(nodes)
    number = chance.randrange(20)
    return chance.choice((
        lambda: edits.rename_node(pipeline, one, f"n{number}"),
        lambda: edits.remove_nodes(pipeline, [one]),
        lambda: edits.set_parameter(pipeline, one, "value", chance.random()),
        lambda: edits.group_nodes(pipeline, {one, other}, f"g{number}"),
        lambda: edits.ungroup(pipeline, one),
        lambda: edits.connect(f"{one}.value", Connection(source=f"{other}.out")),
    ))()  # fmt: skip


def act(runs, chance):
    """Do something to the document that a person could do."""
    document = runs.document
    if chance.random() < 0.3 or not document.pipeline.nodes:
        chance.choice((document.undo, document.redo))()
        return
    with contextlib.suppress(UsageError):
        do(runs, random_edit(document.pipeline, chance))


def test_random_edits_disturb_neither_the_run_nor_the_window(running, qtbot):
    chance = random.Random(27)
    document = running.document
    for _ in range(ACTIONS):
        act(running, chance)
        for node in [*document.pipeline.nodes, "first", "wait", "total"]:
            running.look(node)
        if chance.random() < 0.2:
            QCoreApplication.processEvents()
    assert answer(running, qtbot) == "9.0"
    while document.undo_label:
        document.undo()
    qtbot.waitUntil(lambda: running.look("total").state == "succeeded", timeout=MS)
