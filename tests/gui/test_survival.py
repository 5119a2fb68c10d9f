"""What a window lives through, and what it leaves: signals, faults in its own code, a second launch, its end."""

from __future__ import annotations

import os
import signal

import pytest
from eyes import WatchedWindow

from treadle import Pipeline
from treadle.core.trust import TrustStore

SECONDS = 5.0


@pytest.fixture
def start(tmp_path, deeds):
    """Start a window that no screen shows."""
    opened = []

    def start_one(*arguments) -> WatchedWindow:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        opened.append(WatchedWindow(tmp_path / f"window-{len(opened)}", environment, *arguments))
        return opened[-1]

    yield start_one
    for window in opened:
        window.__exit__()


@pytest.fixture
def held(tmp_path):
    made = Pipeline("held")
    made.add("window_deeds:hold", id="hold", x=1)
    TrustStore().trust(made)
    return made.save(tmp_path / "held.treadle")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_window_that_is_told_to_end_in_a_run_ends_at_once_and_leaves_no_process(start, held, number):
    window = start(held)
    window.wait("page is not None and program.bridge.state == 'idle'")
    window.ask("page.runs.start()")
    window.wait("page.runs.look('hold').counts.get('running') == 1")
    assert len(window.note_descendants()) > 2
    window.signal(number)
    code = window.ends(SECONDS)
    assert code == 0, window.told()
    assert window.left_after(SECONDS) == []
    assert window.told() == ""


def test_an_exception_in_a_slot_is_shown_and_the_window_goes_on(start, held):
    window = start(held)
    window.wait("page is not None and program.bridge.state == 'idle'")
    window.ask("QTimer.singleShot(0, lambda: 1 // 0)")
    window.wait("any(one.isVisible() for one in window.findChildren(CrashDialog))")
    assert "ZeroDivisionError" in window.ask("window.findChildren(CrashDialog)[0].report.toPlainText()")
    window.ask("window.findChildren(CrashDialog)[0].reject()")
    window.ask("page.runs.start()")
    window.wait("page.runs.look('hold').counts.get('running') == 1")


def test_a_second_launch_opens_its_file_in_the_first_window(start, held):
    window = start()
    window.wait("program.bridge.state == 'idle'")
    second = start(held)
    assert second.ends() == 0
    assert second.told() == ""
    window.wait(f"document is not None and str(document.file) == {str(held)!r}")
