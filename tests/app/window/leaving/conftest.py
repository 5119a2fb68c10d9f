"""Leaving with a fake runner."""

from __future__ import annotations

import pytest
from leaving_rig import Rig


@pytest.fixture
def rig(theme, qtbot, tmp_path):
    made = []

    def make(waits=None, **answers):
        made.append(Rig(qtbot, theme, tmp_path, waits, **answers))
        return made[-1]

    yield make
    for one in made:
        one.end()
