"""Runs of a real runner go by the schemes as they are set on the cards."""

from __future__ import annotations

import pytest
from bridges import bridge_to_a_runner

from treadle import Pipeline, sweep
from treadle.app.window.catalogue import Catalogue
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.shared import Shared
from treadle.app.window.toolbox.panel import ToolboxPanel

MS = 60_000
ON, OFF = True, False
DEEDS = """
import os, time
from treadle import Schemes, module

@module(schemes=Schemes(threads=True))
def anywhere(value: float = 1.0) -> float:
    return value

def large(megabytes: int = 600) -> int:
    held = b"x" * (megabytes << 20)
    time.sleep(30)
    return len(held)

def pid(value: int = 1) -> int:
    return os.getpid()
"""


@pytest.fixture
def shared(theme, settings, qtbot, tmp_path):
    settings.set("cache_folder", str(tmp_path / "cache"))
    with bridge_to_a_runner(qtbot) as bridge:
        yield Shared(theme, settings, bridge, Catalogue(bridge))


@pytest.fixture
def panel(shared, qtbot):
    made = ToolboxPanel(shared)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def ran(shared, panel, qtbot, tmp_path, monkeypatch):
    """Run a pipeline to its end; return its record."""
    (tmp_path / "deeds_of_schemes.py").write_text(DEEDS)
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def ran(pipeline):
        pipeline.file = tmp_path / f"deeds{len(made)}.treadle"
        runs = Runs(shared.bridge, Document(pipeline), shared.settings)
        made.append(runs)
        runs.trusting.give(lambda error: None)
        qtbot.waitUntil(lambda: runs.trusting.trusted, timeout=MS)
        panel.set_runs(runs)
        with qtbot.waitSignal(runs.run_ended, timeout=MS):
            assert runs.start()
        return runs.record

    yield ran
    panel.set_runs(None)
    for runs in made:
        runs.close()


def one(function, **parameters):
    pipeline = Pipeline("one")
    pipeline.add(f"deeds_of_schemes:{function}", id="one", **parameters)
    return pipeline


def test_a_scheme_that_is_switched_off_is_not_used(panel, ran):
    panel.card("threads").switch.click()
    assert set(ran(one("anywhere", value=1.0)).schemes) == {"processes"}
    panel.card("threads").switch.click()
    panel.card("processes").switch.click()
    assert set(ran(one("anywhere", value=2.0)).schemes) == {"threads"}
    panel.card("threads").switch.click()
    assert set(ran(one("anywhere", value=3.0)).schemes) == {"serial"}


def test_a_task_that_takes_more_than_its_process_may_is_told_with_the_limit(panel, ran):
    panel.card("processes").memory.setValue(0.3)
    record = ran(one("large"))
    assert record.state == "failed"
    (task,) = record.failed.values()
    assert "GB of memory; each may take 0.3 GB" in task.cause
    assert task.attempts == 1
    assert "each may take 0.3 GB" in panel.card("processes").error.toPlainText()


def test_processes_are_as_many_as_set_and_renewed_as_set(panel, ran):
    panel.card("processes").number.box.setValue(1)
    record = ran(one("pid", value=sweep(list(range(4)))))
    workers = {task.worker for task in record.tasks.values()}
    assert len(workers) == 1
    panel.card("processes").renewal.box.setValue(1)
    record = ran(one("pid", value=sweep(list(range(10, 14)))))
    # One that had begun another short task when it was to go has done that too.
    assert len({task.worker for task in record.tasks.values()}) > 1
