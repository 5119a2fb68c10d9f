"""Caches that belong to one test alone."""

from __future__ import annotations

import caching
import pytest


@pytest.fixture
def caches(tmp_path):
    yield from caching.caches(tmp_path)
