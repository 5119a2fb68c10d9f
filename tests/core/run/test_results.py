"""Values of a run that has ended, brought here from schemes that may not give them."""

from __future__ import annotations

import pytest
from schedulers import pipeline
from told_schemes import ToldScheme, executor

from treadle.core.pipeline import Node
from treadle.core.run.results import FETCH_SECONDS, UnavailableError


class SilentScheme(ToldScheme):
    """A scheme whose workers give no value; ``deadlines`` tells how long each was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.deadlines: list[float] = []

    def fetch(self, value, deadline):
        self.deadlines.append(deadline)
        raise TimeoutError("it has not been handed on in time")


def test_a_scheme_that_does_not_give_a_value_in_time_is_not_waited_for_again(tmp_path):
    scheme = SilentScheme()
    run = executor(pipeline({}, a=Node(module="step"), b=Node(module="step"), c=Node(module="step")), tmp_path, scheme)
    run.run()
    run.results.settle()
    assert scheme.deadlines == [FETCH_SECONDS, 0.0, 0.0]
    with pytest.raises(UnavailableError, match="not been handed on in time"):
        run.results.value("b", "out")
