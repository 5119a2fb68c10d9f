"""The tests that every scheme passes, for pytest: who writes one imports all of this and says which it is.

from treadle.conformance import *

@pytest.fixture
def candidate():
    return plugged("mine", make)
"""

import pytest

pytest.register_assert_rewrite("treadle.schemes.conformance")

# What is to be rewritten must be told before it is imported.
from .schemes.conformance.candidate import Candidate, plugged  # noqa: E402
from .schemes.conformance.suite import (  # noqa: E402
    TestAnswers,
    TestEnds,
    TestFailures,
    TestLife,
    TestSurroundings,
    TestValues,
    TestValuesElsewhere,
    bench,
    stopping,
    surviving,
)

__all__ = [
    "Candidate",
    "TestAnswers",
    "TestEnds",
    "TestFailures",
    "TestLife",
    "TestSurroundings",
    "TestValues",
    "TestValuesElsewhere",
    "bench",
    "plugged",
    "pytest",
    "stopping",
    "surviving",
]
