from __future__ import annotations

import gc

import pytest

from treadle.core.collector import collect_seldom, collector_paused


@pytest.fixture
def searched():
    """How often was looked for garbage."""
    before, count = gc.get_threshold(), []
    gc.collect()
    gc.callbacks.append(lambda phase, _facts: count.append(phase))
    yield lambda: count.count("start")
    gc.callbacks.pop()
    gc.set_threshold(*before)


def test_a_few_thousand_objects_are_no_reason_to_look_for_garbage_in_a_window_and_many_are(searched):
    collect_seldom()
    kept = [[] for _ in range(5_000)]
    assert searched() == 0
    kept += [[] for _ in range(20_000)]
    assert searched() > 0


def test_while_it_is_paused_nothing_is_searched(searched):
    with collector_paused():
        kept = [[] for _ in range(50_000)]
        assert searched() == 0
    assert gc.isenabled()
    assert len(kept) == 50_000
