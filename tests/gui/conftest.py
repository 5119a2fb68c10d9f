"""Whole windows: on a screen of their own, in a process of their own, or in this process where nobody looks."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from eyes import WatchedWindow
from screens import Screen
from whole_windows import Whole, gate


@pytest.fixture
def screen():
    with Screen() as shown:
        yield shown


@pytest.fixture
def open_window(screen, tmp_path):
    """Start a window on the screen, with arguments as on a command line."""
    opened = []

    def open_one(*arguments) -> WatchedWindow:
        opened.append(WatchedWindow(tmp_path / f"window-{len(opened)}", screen.environment, *arguments))
        return opened[-1]

    yield open_one
    for window in opened:
        window.__exit__()


@pytest.fixture
def deeds(tmp_path, monkeypatch):
    """Let runners find the functions of ``window_deeds``; return the gate at which its ``hold`` waits."""
    return gate(tmp_path, monkeypatch)


@pytest.fixture
def whole(qapp, qtbot, qtlog, tmp_path, deeds):
    """A window in this process; Qt has nothing to complain of, and nothing is left when it is over."""
    made = Whole(tmp_path, qtbot)
    yield made
    made.end()
    complaints = [one.message for one in qtlog.records if not one.message.startswith("This plugin does not support")]
    assert not complaints
