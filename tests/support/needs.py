"""What a test needs of the machine: without it the test is skipped, or fails where TREADLE_REQUIRE names it."""

from __future__ import annotations

import os
import shutil

import pytest


def need(name: str, *programs: str) -> None:
    """Skip or fail unless these programs are installed; ``name`` is what TREADLE_REQUIRE calls them together."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    reason = f"{name} is not here: install what brings {', '.join(missing)}"
    if name in os.environ.get("TREADLE_REQUIRE", "").replace(",", " ").split():
        pytest.fail(reason)
    pytest.skip(reason)
