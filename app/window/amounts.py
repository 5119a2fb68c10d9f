"""Durations, sizes and counts as the window shows them: short, with units, in the person's locale."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication, QLocale

THIN_SPACE = "\u2009"


def _tr(text: str) -> str:
    return QCoreApplication.translate("amounts", text)


def duration(seconds: float) -> str:
    """Return a duration: ``2 ms``, ``0.8 s``, ``41 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.00095 else _tr("< 1 ms")
    if seconds < 59.5:
        return f"{_number(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def clock(seconds: float) -> str:
    """Return a duration as a clock shows it, whose width does not change while it runs: ``00:41``, ``1:02:03``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def size(count: int) -> str:
    """Return a number of bytes: ``512 B``, ``7.1 kB``, ``12.4 MB``."""
    amount, power = float(count), 0
    while amount >= 999.5 and power < 5:
        amount, power = amount / 1000, power + 1
    return f"{count} B" if not power else f"{_number(amount, 100)} {' kMGTP'[power]}B"


def count(number: int) -> str:
    """Return a whole number, with thin spaces between thousands."""
    return f"{number:,}".replace(",", THIN_SPACE)


def _number(value: float, fraction_below: float = 9.95) -> str:
    return QLocale().toString(value, "f", 1 if value < fraction_below else 0)
