"""What runs are called."""

from __future__ import annotations

from datetime import datetime

import pytest

from treadle.core.journal.names import fresh_run_id, run_id

WHEN = datetime(2026, 11, 21, 14, 32)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("fmri", "fmri"),
        ("fMRI: quality control of 40 subjects", "fmri-quality-control-of"),
        ("Größe", "groe"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本語", "run"),
        ("", "run"),
        ("-rf", "rf"),
        ("x" * 10_000, "x" * 24),
    ],
)
def test_an_id_is_readable_and_safe_as_a_file_name(name, slug):
    assert run_id(WHEN, name, "a3f9") == f"2026-11-21-1432-{slug}-a3f9"


def test_ids_sort_by_time():
    times = [datetime(2026, 11, 21, 9, 5), datetime(2026, 11, 21, 14, 32), datetime(2027, 1, 1)]
    ids = [run_id(when, name, "0") for when, name in zip(times, ("z", "m", "a"), strict=True)]
    assert ids == sorted(ids)


def test_an_id_that_is_taken_is_not_given_again(tmp_path, monkeypatch):
    given = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr("treadle.core.journal.names.secrets.token_hex", lambda _bytes: next(given))
    assert fresh_run_id(tmp_path, WHEN, "demo").endswith("-aaaa")
    assert fresh_run_id(tmp_path, WHEN, "demo").endswith("-bbbb")
