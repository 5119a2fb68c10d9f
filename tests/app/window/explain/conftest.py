"""Runs of a small document, with a bridge that answers what the test says."""

from __future__ import annotations

import pytest
from reasons import two
from windows import FakeBridge

from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.settings import Settings
from treadle.app.window.theme.theme import Theme


@pytest.fixture
def theme(qapp):
    return Theme("light")


@pytest.fixture
def settings(tmp_path, qapp):
    return Settings(tmp_path / "window.ini")


@pytest.fixture
def bridge(qapp):
    return FakeBridge()


@pytest.fixture
def runs(bridge, settings):
    made = Runs(bridge, Document(two()), settings)
    yield made
    made.close()
