"""The cache stays within its budget, forgets the least recently used first, and leaves nothing behind."""

from __future__ import annotations

import os
import time

import numpy as np
from caching import SECONDS, SIGNER

from treadle.core.cache.eviction import Budget, collect, listed, wipe
from treadle.core.cache.index import Index
from treadle.core.worker.files import FileStore

MB = np.zeros(125_000)
OLD = (1, 1)


def names(cache) -> list[str]:
    return [name for name, _ in cache.values.names(time.time() + 10)]


def test_what_was_not_used_for_longest_is_evicted_first(caches):
    keys = [b"%d" % number for number in range(5)]
    cache = caches.open(budget_gb=0.0045)
    for key in keys[:4]:
        cache.keep(key, caches.keeping(MB))
        assert cache.flush(SECONDS)
    cache.look_up(keys[:1])
    cache.keep(keys[4], caches.keeping(MB))
    assert cache.flush(SECONDS)
    assert set(cache.look_up(keys)) == {keys[0], keys[2], keys[3], keys[4]}
    assert len(names(cache)) == len(cache.look_up(keys))


def test_a_full_cache_never_exceeds_its_budget_by_more_than_one_batch(caches):
    cache = caches.open(budget_gb=0.003)
    for number in range(20):
        cache.keep(b"%d" % number, caches.keeping(MB))
        assert cache.flush(SECONDS)
    assert len(names(cache)) <= 3


def test_the_default_budget_is_a_tenth_of_a_small_disk_and_20_gb_of_a_large_one(tmp_path):
    total = os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
    assert Budget(tmp_path, None).bytes == int(min(20e9, total / 10))
    assert Budget(tmp_path, 1.5).bytes == 1_500_000_000


def kept_file(caches, text: str) -> str:
    source = caches.run / "out.txt"
    source.write_text(text)
    store = FileStore(caches.folder / "files")
    return str(store.keep(source).relative_to(store.folder))


def cleaned(caches):
    cache, index = caches.open(), Index(caches.folder)
    cache._lease.end()
    found = collect(index, cache.values, cache.named, SIGNER, 10**9)
    index.close()
    return found


def test_collecting_removes_what_nothing_leads_to_and_is_old(caches):
    caches.kept(b"named", MB, files=(kept_file(caches, "named"),))
    old, young = kept_file(caches, "old"), kept_file(caches, "young")
    for name in (old, caches.open().look_up([b"named"])[b"named"].files[0].name):
        os.utime((caches.folder / "files" / name).parent, OLD)
    caches.close()
    found = cleaned(caches)
    assert (found.orphans, found.files, found.in_use) == (0, 1, False)
    assert not (caches.folder / "files" / old).exists()
    assert (caches.folder / "files" / young).exists()
    assert caches.open().look_up([b"named"])


def test_files_of_modules_count_and_go_with_their_entries(caches):
    first, second = kept_file(caches, "1" * 1000), kept_file(caches, "2" * 1000)
    caches.kept(b"1", 1, files=(first,))
    caches.kept(b"2", 1, files=(second, "/etc/hostname"))
    cache, index = caches.open(), Index(caches.folder)
    assert 2000 < index.total() < 4000
    cache._lease.end()
    found = collect(index, cache.values, cache.named, SIGNER, 2000)
    assert (found.files, found.evicted_bytes > 1000) == (1, True)
    assert not (caches.folder / "files" / first).exists()
    assert (caches.folder / "files" / second).exists()
    assert set(cache.look_up([b"1", b"2"])) == {b"2"}
    index.close()


def test_once_a_day_who_closes_the_cache_removes_what_nothing_leads_to(caches):
    caches.kept(b"named", 1)
    old = kept_file(caches, "old")
    os.utime((caches.folder / "files" / old).parent, OLD)
    caches.kept(b"other", 1)
    assert (caches.folder / "files" / old).exists(), "it has been looked at today"
    os.utime(caches.folder / "collected", OLD)
    caches.kept(b"third", 1)
    assert not (caches.folder / "files" / old).exists()
    assert set(caches.open().look_up([b"named", b"other", b"third"])) == {b"named", b"other", b"third"}


def test_files_stay_while_a_run_uses_the_cache(caches):
    old = kept_file(caches, "old") if caches.open() else ""
    os.utime((caches.folder / "files" / old).parent, OLD)
    found = cleaned(caches)
    assert found.in_use
    assert (caches.folder / "files" / old).exists()


def test_values_that_no_entry_names_are_removed_when_they_are_old(caches, monkeypatch):
    cache = caches.open()
    cache.values.write([b"left over"])
    assert cleaned(caches).orphans == 0
    monkeypatch.setattr("treadle.core.cache.eviction.ORPHAN_SECONDS", -10.0)
    assert cleaned(caches).orphans == 1
    assert names(cache) == []


def test_wiping_leaves_no_entry_and_no_value(caches):
    caches.kept(b"1", MB)
    cache, index = caches.open(), Index(caches.folder)
    assert len(list(listed(index, SIGNER))) == 1
    assert not wipe(index, cache.values, cache.named), "a run uses it"
    cache._lease.end()
    assert wipe(index, cache.values, cache.named)
    assert list(listed(index, SIGNER)) == names(cache) == []
    index.close()
