"""F15: whatever a task prints, the newest is kept, the cut is marked, and nothing reaches a terminal as it is."""

from __future__ import annotations

import resource

import pytest

from treadle.core.worker.cut import cut_by


def kilobytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.slow
def test_a_gigabyte_is_cut_and_its_end_is_kept(pool):
    before = kilobytes()
    (victim,) = pool.submit(pool.call("shout", "victim", megabytes=1000))
    neighbours = pool.forty()
    pool.value(victim)
    lines = pool.lines_of(victim)

    assert sum(cut_by(line) or 1 for line in lines) == 10_000_000
    assert lines[-1] == "x" * 99
    assert pool.all_well(neighbours)
    assert kilobytes() - before < 50 * 1024


def test_a_line_of_a_hundred_megabytes_is_cut(pool):
    before = kilobytes()
    (victim,) = pool.submit(pool.call("print_bytes", "victim", data=b"y" * 1_000_000, times=100))
    neighbours = pool.forty()
    pool.value(victim)

    assert sum(map(len, pool.lines_of(victim))) < 1_000_000
    assert pool.all_well(neighbours)
    assert kilobytes() - before < 50 * 1024


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"10 %\r50 %\r100 %\n", "100 %"),
        (b"\x1b[31mred\x1b[0m\n", "\\x1b[31mred\\x1b[0m"),
        (b"a\0b\n", "a\\x00b"),
        (b"\xff\xfe\n", "\ufffd\ufffd"),
    ],
)
def test_what_would_harm_a_terminal_is_shown_as_text(pool, data, shown):
    (victim,) = pool.submit(pool.call("print_bytes", "victim", data=data))
    neighbours = pool.forty()
    pool.value(victim)

    assert pool.lines_of(victim) == [shown]
    assert pool.all_well(neighbours)
