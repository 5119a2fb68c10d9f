"""F27: whatever is done to a pipeline while it runs, the run is of what it was when it began."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from monkeys import NEVER, Monkey
from whole_windows import Whole, gate, open_gate

from treadle import Pipeline
from treadle.core.document import encode

OF_RUNS = {"run.start", "run.to-here", "run.pause", "run.cancel", "run.retry-failed"}
PRESSES_OF_RUNS = {"_press", "_panel"}


@pytest.fixture
def whole(qapp, qtbot, tmp_path, monkeypatch):
    gate(tmp_path, monkeypatch)
    made = Whole(tmp_path, qtbot)
    made.ready()
    yield made
    made.end()


@pytest.fixture
def page(whole):
    made = Pipeline("edited")
    held = made.add("window_deeds:hold", id="hold", x=20)
    made.add("window_deeds:double", id="double", x=made.add("window_deeds:double", id="first", x=held.out).out)
    page = whole.open(made)
    page.runs.start()
    whole.running(page, "hold")
    return page


@pytest.mark.parametrize("seed", [27, pytest.param(28, marks=pytest.mark.slow)])
def test_a_run_is_of_what_the_pipeline_was_when_it_began(whole, page, seed, tmp_path):
    before = encode(page.document.pipeline)
    monkey = Monkey(whole.window, seed, NEVER | OF_RUNS, without=PRESSES_OF_RUNS)
    for _ in range(300):
        monkey.act()
        assert whole.faults == [], monkey.tell()
    monkey.close_all()
    assert page.runs.going, monkey.tell()
    open_gate(tmp_path / "gate")
    record = whole.over(page)
    assert record.state == "succeeded"
    assert record.counts() == {"succeeded": 3}
    assert encode(record.ran) == before
    answers = []
    page.runs.ask_task("double", answers.append)
    whole.until(lambda: bool(answers))
    assert "80" in str(answers[0])
    while page.document.undo_label:
        page.document.undo()
    assert encode(page.document.pipeline) == before
