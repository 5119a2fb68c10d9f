"""Each test has an engine of its own, with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bare_engine import BareEngine, Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[BareEngine]:
    found = BareEngine(tmp_path)
    yield found
    found.close()


@pytest.fixture
def runner(engine: BareEngine, tmp_path: Path) -> Runner:
    return Runner(engine, tmp_path)


@pytest.fixture
def make_runner(engine: BareEngine, tmp_path: Path) -> Callable[..., Runner]:
    def make(**options: Any) -> Runner:
        return Runner(engine, tmp_path, **options)

    return make
