"""The colours, pens and fonts of a theme as the canvas uses them, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPen

from ..theme.tokens import (
    CAPTION,
    CATEGORIES,
    CONNECTION_WIDTH,
    OTHER_CATEGORY,
    STATES,
    scheme_look,
)

if TYPE_CHECKING:
    from ..theme.theme import Theme
    from ..theme.tokens import Colours, SchemeLook, StateLook

POINTS_TO_PIXELS = 96 / 72


class Inks:
    """What a theme has in force; made anew when it changes."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.colours: Colours = theme.colours
        self.title_font = _in_pixels(theme.font(semibold=True))
        self.caption_font = _in_pixels(theme.font(CAPTION))
        self.badge_font = _in_pixels(theme.font(CAPTION * CAPTION, semibold=True))
        self.title_metrics = QFontMetricsF(self.title_font)
        self.caption_metrics = QFontMetricsF(self.caption_font)
        self._colours: dict[str, QColor] = {}
        self._sized: dict[tuple[int, int], tuple[QFont, QFontMetricsF]] = {}

    def colour(self, name: str) -> QColor:
        """Return a colour by its name in ``Colours``, or as ``#rrggbb``; nobody changes it."""
        found = self._colours.get(name)
        if found is None:
            found = self._colours[name] = QColor(name if name.startswith("#") else getattr(self.colours, name))
        return found

    def sized(self, font: QFont, size: int) -> tuple[QFont, QFontMetricsF]:
        """Return one of these fonts in another size, with its metrics."""
        key = id(font), size
        found = self._sized.get(key)
        if found is None:
            other = QFont(font)
            other.setPixelSize(size)
            found = self._sized[key] = other, QFontMetricsF(other)
        return found

    def faint(self, name: str, share: float) -> QColor:
        """Return a colour that lets through what is under it."""
        colour = QColor(self.colour(name))
        colour.setAlphaF(share)
        return colour

    def pen(self, name: str, width: float = 1.0) -> QPen:
        """Return a pen with round ends."""
        pen = QPen(self.colour(name), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        return pen

    def wire_pen(self, name: str, scale: float) -> QPen:
        """Return the pen of connections: never thinner than about a pixel."""
        return self.pen(name, max(CONNECTION_WIDTH, 1.1 / scale))

    def state(self, state: str) -> StateLook:
        """Return how a state is shown; one that is not known, as never run."""
        return STATES.get(state, STATES["never run"])

    def state_colour(self, state: str) -> QColor:
        """Return the colour of a state."""
        return self.colour(self.state(state).colour.on(self.colours))

    def scheme(self, scheme: str) -> tuple[SchemeLook, QColor]:
        """Return how a scheme is shown, and its colour."""
        look = scheme_look(scheme)
        return look, self.colour(look.colour.on(self.colours))

    def category(self, category: str) -> tuple[str, QColor]:
        """Return the icon and the colour of a category."""
        icon, pair = CATEGORIES.get(category, OTHER_CATEGORY)
        return icon, self.colour(pair.on(self.colours))


def _in_pixels(font: QFont) -> QFont:
    # Cards are measured in scene pixels: their text must not depend on the resolution of what they are painted on.
    points = font.pointSizeF()
    if points > 0:
        font.setPixelSize(max(1, round(points * POINTS_TO_PIXELS)))
    return font
