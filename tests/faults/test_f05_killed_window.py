"""F05: a window that is killed in a run leaves no process; the next start offers what was not saved."""

from __future__ import annotations

import os

import pytest
from eyes import WatchedWindow
from whole_windows import SUPPORT, gate

from treadle import Pipeline
from treadle.core.document import load
from treadle.core.trust import TrustStore

SECONDS = 5.0


@pytest.fixture
def start(tmp_path):
    """Start a window that no screen shows, whose runner finds the functions of ``window_deeds``."""
    opened = []
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(SUPPORT), "GATE": str(gate(tmp_path)),
    }  # fmt: skip

    def start_one(*arguments):
        opened.append(WatchedWindow(tmp_path / f"window-{len(opened)}", environment, *arguments))
        return opened[-1]

    yield start_one
    for window in opened:
        window.__exit__()


@pytest.fixture
def file(tmp_path):
    held = Pipeline("held")
    held.add("window_deeds:hold", id="hold", x=1)
    TrustStore().trust(held)
    return held.save(tmp_path / "held.treadle")


def test_a_killed_window_leaves_no_process_and_the_next_start_restores_its_edits(start, file):
    before = file.read_bytes()
    window = start(file)
    window.wait("page is not None and program.bridge.state == 'idle'")
    window.ask("page.runs.start()")
    window.wait("page.runs.record is not None and page.runs.record.counts().get('running') == 1")
    window.ask("document.edit(set_parameter(document.body(), 'hold', 'x', 2), 'set')")
    window.wait("program.recovery.note() or list(program.recovery._folder.glob('*.edits'))")
    assert len(window.note_descendants()) > 2
    window.kill()
    assert window.left_after(SECONDS) == []
    assert file.read_bytes() == before

    after = start()
    after.wait("any(one.isVisible() for one in window.findChildren(RecoveryDialog))")
    after.ask("window.findChildren(RecoveryDialog)[0].restore.click()")
    after.wait("document is not None and document.modified")
    assert after.ask("document.pipeline.nodes['hold'].params") == {"x": 2}
    assert load(file).nodes["hold"].params == {"x": 1}
    assert after.told() == ""
