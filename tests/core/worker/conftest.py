"""A call that is executed in a folder of its own."""

from __future__ import annotations

import pytest
from executing import Task


@pytest.fixture
def task(tmp_path) -> Task:
    return Task(tmp_path / "store")
