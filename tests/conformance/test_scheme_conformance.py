"""What every scheme promises: one suite for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemes import CANDIDATES
from treadle.conformance import *  # noqa: F403 - the suite
from treadle.schemes.conformance.bench import SECONDS, Bench

if TYPE_CHECKING:
    from collections.abc import Iterator


def each(candidates):
    """Return the candidates as parameters; of those that start a program for each call, every test is a long one."""
    marks = {"commands": pytest.mark.slow}
    return [pytest.param(one, id=one.name, marks=marks.get(one.name, ())) for one in candidates]


@pytest.fixture(params=each(CANDIDATES))
def candidate(request):
    return request.param


@pytest.fixture(params=each(one for one in CANDIDATES if one.stops))
def stopping(request, tmp_path) -> Iterator[Bench]:
    """A scheme that can end a call that runs."""
    made = Bench(request.param, tmp_path / "files")
    yield made
    made.scheme.close(SECONDS)


@pytest.fixture(params=each(one for one in CANDIDATES if one.survives_exit))
def surviving(request, tmp_path) -> Iterator[Bench]:
    """A scheme whose workers may end."""
    made = Bench(request.param, tmp_path / "files")
    yield made
    made.scheme.close(SECONDS)
