"""Runs of a small document, with a bridge that answers what the test says."""

from __future__ import annotations

import pytest
from reasons import two
from windows import FakeBridge

from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs


@pytest.fixture
def bridge(qapp):
    return FakeBridge()


@pytest.fixture
def runs(bridge, settings):
    made = Runs(bridge, Document(two()), settings)
    yield made
    made.close()
