"""F26: a signal ends the window, also while its dialog is open: what was remembered happens, without a question."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from eyes import WatchedWindow
from leaving_sessions import all_alive, all_gone, cluster_processes, end_all, left_run
from whole_windows import gate, open_gate

from treadle import Pipeline
from treadle.app.window.settings import Settings
from treadle.core.trust import TrustStore

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def deeds(tmp_path, monkeypatch):
    return gate(tmp_path, monkeypatch)


@pytest.fixture
def watched(tmp_path, deeds):
    """Return a function that starts a window in a process of its own, with these settings."""
    opened = []

    def start(**choices):
        settings = Settings()
        for name, value in {"tour_seen": True, **choices}.items():
            settings.set(name, value)
        settings.write()
        window = WatchedWindow(tmp_path / f"watched-{len(opened)}", {**os.environ, "QT_QPA_PLATFORM": "offscreen"})
        opened.append(window)
        window.wait("program.bridge.state == 'idle'")
        return window

    yield start
    for window in opened:
        window.__exit__()
    end_all(deeds)


def begin(window, tmp_path):
    """Start a cluster and a run in a window of another process."""
    pipeline = Pipeline("held")
    pipeline.add("window_deeds:hold", id="deed", x=3)
    file = tmp_path / "held.treadle"
    pipeline.save(file)
    TrustStore().trust(pipeline)
    window.ask(f"window.files.open(__import__('pathlib').Path({str(file)!r})) or True")
    window.wait("page is not None")
    window.ask("setattr(page.runs, 'scheme', 'processes') or page.runs.start()")
    protocol = "__import__('treadle.core.protocol', fromlist=['x'])"
    window.ask(
        f"setattr(app, 'told', []) or program.bridge.ask({protocol}.StartCluster, app.told.append, "
        f"name={protocol}.ClusterName('default'), engines=1)"
    )
    window.wait("app.told and type(app.told[0]).__name__ == 'ClusterRow'")
    try:
        window.wait("page.runs.look('deed').counts.get('running', 0) > 0")
    except AssertionError:
        pytest.fail(str(window.ask("[page.runs.state, page.runs.trusting.restricted, str(page.runs.problems())]")))
    runner = psutil.Process(window.ask("program.bridge.welcome.pid"))
    return runner, cluster_processes()


@pytest.mark.slow
def test_a_signal_while_the_dialog_is_open_stops_all_within_twelve_seconds(watched, tmp_path):
    window = watched()
    runner, ours = begin(window, tmp_path)
    window.ask("window.close()")
    window.wait("window.leaving.step.name == 'CHOOSING'")
    window.signal(signal.SIGTERM)
    assert window.ends(12.0) == 0
    assert all_gone({runner, *ours}, 1.0)
    assert left_run().state == "cancelled"


@pytest.mark.slow
def test_a_signal_does_what_was_remembered(watched, tmp_path, deeds):
    window = watched(leave_runs="leave", leave_clusters="stop")
    runner, ours = begin(window, tmp_path)
    window.signal(signal.SIGINT)
    assert window.ends(12.0) == 0
    assert all_gone(ours, 1.0)
    assert all_alive([runner])
    assert left_run().live
    open_gate(deeds)
    assert all_gone([runner])
    assert left_run().state == "succeeded"
