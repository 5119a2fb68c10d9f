"""What is shown before a run and after it, with a runner."""

from __future__ import annotations

import pytest
from bridges import bridge_to_a_runner

from treadle import Pipeline
from treadle.app.window.document import Document
from treadle.app.window.explain.why_view import WhyView
from treadle.app.window.runs.runs import Runs

MS = 60_000

STEPS = """
import threading
from treadle import module
from treadle.core.worker.declare import Schemes
@module
def plain(x: int = 1) -> int: return x
@module(schemes=Schemes(threads=True, processes=False))
def lock() -> object: return threading.Lock()
@module(schemes=Schemes(threads=True))
def use(lock: object) -> bool: return lock.locked()
"""


@pytest.fixture
def bridge(qapp, qtbot):
    with bridge_to_a_runner(qtbot) as made:
        yield made


@pytest.fixture
def runs(bridge, settings, qtbot, tmp_path, monkeypatch):
    (tmp_path / "steps_to_explain.py").write_text(STEPS)
    monkeypatch.syspath_prepend(tmp_path)
    pipeline = Pipeline("explained")
    pipeline.file = tmp_path / "explained.treadle"
    pipeline.add("steps_to_explain:plain", id="plain")
    made = pipeline.add("steps_to_explain:lock", id="lock")
    pipeline.add("steps_to_explain:use", id="use", lock=made.out).scheme = "processes"
    runs = Runs(bridge, Document(pipeline), settings)
    runs.trusting.give(lambda error: None)
    qtbot.waitUntil(lambda: runs.trusting.trusted, timeout=MS)
    yield runs
    runs.close()


def test_what_was_foreseen_is_what_happened_or_the_view_says_why_not(runs, bridge, theme, qtbot):
    qtbot.waitUntil(lambda: runs.look("use").foreseen == "processes", timeout=MS)
    before = {node: runs.look(node).foreseen for node in ("plain", "lock", "use")}
    assert before == {"plain": "processes", "lock": "threads", "use": "processes"}
    runs.start()
    qtbot.waitUntil(lambda: runs.record is not None and runs.state == "idle", timeout=MS)
    qtbot.waitUntil(lambda: runs.look("use").state == "succeeded", timeout=MS)
    after = {node: runs.look(node).scheme for node in before}
    assert after == {"plain": "processes", "lock": "threads", "use": "threads"}
    view = WhyView(runs, bridge, theme)
    qtbot.addWidget(view)
    view.show()
    view.show_node("use")
    qtbot.waitUntil(lambda: bool(view.attempts.texts), timeout=MS)
    assert view.attempts.texts[0][:2] == ["Processes", "use · attempt 1"]
    assert "lock" in view.attempts.texts[0][3]
    ((scheme, _, _, why),) = view.happened.texts
    assert scheme == "Threads"
    assert why.startswith("Processes refused it")
    told = "in the last run it could not take a task"
    qtbot.waitUntil(lambda: any(told in texts[2] for texts in view.schemes.texts), timeout=MS)
