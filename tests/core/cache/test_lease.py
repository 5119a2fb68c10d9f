"""Who begins to use a cache while files are removed from it waits for that, and not for ever."""

from __future__ import annotations

import threading

from treadle.core.cache import lease
from treadle.core.cache.lease import Lease, alone


def test_a_lease_waits_for_somebody_who_has_the_cache_alone(tmp_path):
    with alone(tmp_path) as free:
        assert free
        taken: list[Lease] = []
        waiting = threading.Thread(target=lambda: taken.append(Lease(tmp_path)))
        waiting.start()
    waiting.join(lease.BUSY_SECONDS + 5)
    with alone(tmp_path) as free:
        assert not free, "the cache is in use"
    assert taken[0].held
    taken[0].end()
    with alone(tmp_path) as free:
        assert free


def test_a_lease_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "BUSY_SECONDS", 0.05)
    with alone(tmp_path):
        late = Lease(tmp_path)
    assert not late.held
    late.end()
