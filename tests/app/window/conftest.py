"""The window in tests: drawn where nobody looks, unless a display is asked for."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from treadle.app.window.settings import Settings
from treadle.app.window.theme.theme import Theme

_OF_THE_PLATFORM = "This plugin does not support"
"""What the platform without a screen says of windows that are raised or moved."""


@pytest.fixture(autouse=True)
def qt_has_nothing_to_complain_of(qtlog):
    """Fail a test in which Qt warned of anything."""
    yield
    complaints = [record.message for record in qtlog.records if not record.message.startswith(_OF_THE_PLATFORM)]
    assert not complaints


@pytest.fixture
def theme(qapp):
    return Theme("light")


@pytest.fixture
def settings(qapp, tmp_path):
    return Settings(tmp_path / "window.ini")
