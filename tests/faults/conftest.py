"""A pool of two worker processes for the faults that hit workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from process_rigs import Rig, Signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make_pool(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(**options: Any) -> Rig:
        made.append(Rig(tmp_path, **options))
        return made[-1]

    yield make
    for rig in made:
        rig.scheme.close(5.0)


@pytest.fixture
def pool(make_pool: Callable[..., Rig]) -> Rig:
    return make_pool(workers=2)


@pytest.fixture
def signals(tmp_path: Path) -> Iterator[Signals]:
    made = Signals(tmp_path / "signals")
    yield made
    made.close()
