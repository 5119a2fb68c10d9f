"""A runner that was greeted."""

from __future__ import annotations

import pytest
from runners import greeted


@pytest.fixture
def talk():
    made = greeted()
    yield made
    made.client.close()
