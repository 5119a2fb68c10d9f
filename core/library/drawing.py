"""Draws axes, marks and text as SVG; all text is escaped, so that no value can become markup."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from ..worker import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLOURS = ("#3b6fb6", "#d9822b", "#3d9a68", "#b5475c", "#7a5ea8", "#8a6d4b", "#4ba3b5", "#8f8f8f")
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
INK, FAINT, GRID = "#24292f", "#6b7280", "#e5e7eb"
UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Chart:
    """A chart in the making: its size and margins in px, the two scales, and the marks drawn so far."""

    title: str
    x_label: str = ""
    y_label: str = ""
    width: int = 760
    height: int = 440
    left: int = 76
    bottom: int = 64
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    marks: list[str] = field(default_factory=list)

    top = 48
    right = 24

    def x(self, value: float) -> float:
        """Return where a value lies from left to right, in px."""
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Return where a value lies from top to bottom, in px."""
        low, high = self.y_range
        return self.height - self.bottom - (value - low) / (high - low) * (self.height - self.top - self.bottom)

    def draw(self, tag: str, content: str = "", **attributes: Any) -> None:
        """Add an element; underscores in the names of attributes become hyphens."""
        said = "".join(f' {k.strip("_").replace("_", "-")}="{_value(v)}"' for k, v in attributes.items())
        self.marks.append(f"<{tag}{said}>{content}</{tag}>")

    def write(self, content: str, x: float, y: float, **attributes: Any) -> None:
        """Add a piece of text."""
        self.draw("text", safe(content), x=x, y=y, **({"fill": INK} | attributes))

    def y_axis(self) -> None:
        """Add the vertical ticks, their numbers and their grid lines."""
        for tick in ticks(*self.y_range):
            y = self.y(tick)
            self.draw("line", x1=self.left, x2=self.width - self.right, y1=y, y2=y, stroke=GRID)
            self.write(number(tick), self.left - 8, y + 4, text_anchor="end", fill=FAINT)

    def x_axis(self) -> None:
        """Add the horizontal ticks, their numbers and their grid lines."""
        for tick in ticks(*self.x_range):
            x = self.x(tick)
            self.draw("line", x1=x, x2=x, y1=self.top, y2=self.height - self.bottom, stroke=GRID)
            self.write(number(tick), x, self.height - self.bottom + 18, text_anchor="middle", fill=FAINT)

    def baseline(self, value: float) -> None:
        """Add the horizontal line from which bars grow."""
        y = self.y(value)
        self.draw("line", x1=self.left, x2=self.width - self.right, y1=y, y2=y, stroke=FAINT)

    def legend(self, names: Sequence[str]) -> None:
        """Add the names of several series with their colours, above the plot to the right."""
        x = self.width - self.right
        for position, name in reversed(list(enumerate(names))):
            self.write(shortened(name, 20), x, self.top - 10, text_anchor="end", fill=FAINT)
            x -= 7 * min(len(name), 20) + 16
            colour = COLOURS[position % len(COLOURS)]
            self.draw("rect", x=x, y=self.top - 19, width=10, height=10, rx=2, fill=colour)
            x -= 12

    def empty(self) -> None:
        """Say in the middle that there is nothing to show."""
        self.write("no data", self.width / 2, self.height / 2, text_anchor="middle", fill=FAINT)

    def save(self, name: str) -> Path:
        """Write the chart to a file of the task's private folder; return its path."""
        across, middle = (self.left + self.width - self.right) / 2, (self.top + self.height - self.bottom) / 2
        self.write(self.title, self.left, 26, font_size=16, font_weight=600)
        self.write(self.x_label, across, self.height - 12, text_anchor="middle")
        turned = f"rotate(-90 18 {middle:g})"
        self.write(self.y_label, 18, middle, text_anchor="middle", transform=turned)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" font-family="{FONT}" font-size="12" role="img">'
        )
        title = f"<title>{safe(self.title or name)}</title>"
        paper = f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>'
        path = scratch() / f"{name}.svg"
        path.write_text("\n".join([head, title, paper, *self.marks, "</svg>", ""]), "utf-8")
        return path


def safe(content: str) -> str:
    """Return text that is safe between tags and in attributes; characters that XML forbids become �."""
    return escape(UNPRINTABLE.sub("\ufffd", str(content)))


def shortened(content: str, length: int) -> str:
    """Return text of at most ``length`` characters, the end of longer ones replaced by dots."""
    return content if len(content) <= length else content[: length - 1] + "…"


def number(value: float) -> str:
    """Return a number as a tick shows it, without the dust of binary fractions."""
    text = f"{value:.6g}"
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Return round numbers from ``low`` to ``high``, about as many as wanted."""
    step = _round_step((high - low) / wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def span(values: Sequence[float], *, with_zero: bool = False) -> tuple[float, float]:
    """Return the range that an axis needs to show ``values``: it ends at round numbers and is not empty."""
    found = [*values, 0.0] if with_zero or not values else list(values)
    low, high = min(found), max(found)
    if not high - low > max(abs(low), abs(high)) * 1e-12:
        extra = abs(low) * 0.5 or 1.0
        low, high = (min(0.0, low), max(0.0, low) or extra) if with_zero else (low - extra, high + extra)
    step = _round_step((high - low) / 6)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _round_step(rough: float) -> float:
    """Return the next larger of 1, 2, 2.5, 5 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * (1 - 1e-9))


def _value(value: Any) -> str:
    """Return the text of an attribute."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else safe(str(value))
