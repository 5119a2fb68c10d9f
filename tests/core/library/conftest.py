"""Every test here runs inside a task, whose private folder is swept afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from treadle.core.worker.context import TaskContext, entered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def task() -> Iterator[TaskContext]:
    with entered(TaskContext()) as context:
        yield context


@pytest.fixture
def read_only() -> Callable[[Any], Any]:
    """Makes arrays as modules receive them: nobody may write to them."""
    import numpy as np

    def make(values: Any) -> Any:
        array = np.array(values)
        array.flags.writeable = False
        return array

    return make
