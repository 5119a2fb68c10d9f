from __future__ import annotations

import pytest
from PyQt6.QtCore import QLocale

from treadle.app.window.amounts import clock, count, duration, size


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "< 1 ms"), (0.002, "2 ms"), (0.8, "0.8 s"), (41.2, "41 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_short_and_have_units(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(512, "512 B"), (7_100, "7.1 kB"), (12_400_000, "12.4 MB"), (999_999, "1.0 MB")]
)
def test_sizes_have_the_unit_that_suits_them(number, text):
    assert size(number) == text


def test_a_clock_keeps_its_width():
    assert (clock(41), clock(3723), clock(-1)) == ("00:41", "1:02:03", "00:00")


def test_thousands_are_parted_by_thin_spaces():
    assert count(12345) == "12\u2009345"


def test_fractions_follow_the_locale():
    QLocale.setDefault(QLocale("de_DE"))
    assert size(12_400_000) == "12,4 MB"
