"""The colours, measures and type sizes of the window; nothing else names one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, as ``#rrggbb``."""

    canvas: str
    grid: str
    surface: str
    raised: str
    border: str
    border_strong: str
    text: str
    secondary: str
    disabled: str
    accent: str
    accent_ground: str
    on_accent: str
    connection: str
    shadow: str


LIGHT = Colours(
    canvas="#F5F6FA",
    grid="#E1E5EE",
    surface="#FFFFFF",
    raised="#FBFCFE",
    border="#D5DAE4",
    border_strong="#AEB7C6",
    text="#1F2733",
    secondary="#586374",
    disabled="#9AA3B0",
    accent="#2F62E0",
    accent_ground="#E8EEFD",
    on_accent="#FFFFFF",
    connection="#9BA8B9",
    shadow="#1F2733",
)
DARK = Colours(
    canvas="#16181D",
    grid="#252930",
    surface="#21242B",
    raised="#292D35",
    border="#363B46",
    border_strong="#515866",
    text="#E8EBF1",
    secondary="#A0AAB9",
    disabled="#6A7382",
    accent="#7AA0FF",
    accent_ground="#263352",
    on_accent="#16181D",
    connection="#5D6878",
    shadow="#000000",
)


class Pair(NamedTuple):
    """A colour in the light and in the dark theme."""

    light: str
    dark: str

    def on(self, colours: Colours) -> str:
        """Return the colour that belongs to a theme."""
        return self.dark if colours is DARK else self.light


class StateLook(NamedTuple):
    """How a state is shown: always colour and shape and word. ``shape`` is the name of an icon."""

    colour: Pair
    shape: str
    word: str


_QUIET = Pair("#8A94A3", "#7C8797")
_BUSY = Pair("#2F62E0", "#7AA0FF")
_GOOD = Pair("#1B7F4F", "#4CC38A")
_OVER = Pair("#6F7886", "#8B95A4")

STATES: dict[str, StateLook] = {
    "never run": StateLook(_QUIET, "state-never", "Never run"),
    "unknown": StateLook(_QUIET, "state-never", "Each run"),
    "stale": StateLook(Pair("#A8660A", "#E0A84A"), "state-stale", "Stale"),
    "fresh": StateLook(_GOOD, "state-fresh", "Up to date"),
    "waiting": StateLook(_QUIET, "state-waiting", "Waiting"),
    "ready": StateLook(_QUIET, "state-waiting", "Waiting"),
    "dispatched": StateLook(_BUSY, "state-waiting", "Sent"),
    "running": StateLook(_BUSY, "state-running", "Running"),
    "succeeded": StateLook(_GOOD, "state-done", "Done"),
    "cached": StateLook(Pair("#0B7A7A", "#3CC4C4"), "state-cached", "From cache"),
    "failed": StateLook(Pair("#BF2D43", "#FF7A8A"), "state-failed", "Failed"),
    "cancelled": StateLook(_OVER, "state-cancelled", "Cancelled"),
    "skipped": StateLook(_OVER, "state-skipped", "Skipped"),
    "lost contact": StateLook(Pair("#7A45B0", "#C09BEB"), "state-lost", "Lost contact"),
}
"""By the name that core has for the state of a task, or for the freshness of a node."""


class SchemeLook(NamedTuple):
    """How a scheme is shown."""

    colour: Pair
    letter: str


SCHEMES: dict[str, SchemeLook] = {
    "serial": SchemeLook(Pair("#5F6B7A", "#A0AAB9"), "S"),
    "threads": SchemeLook(Pair("#6B4FCB", "#AE9BFF"), "T"),
    "processes": SchemeLook(Pair("#0B7A7A", "#3CC4C4"), "P"),
    "ipython": SchemeLook(Pair("#B5560F", "#FFA45C"), "I"),
}
UNKNOWN_SCHEME = SchemeLook(Pair("#5F6B7A", "#A0AAB9"), "?")


def scheme_look(scheme: str) -> SchemeLook:
    """Return how a scheme is shown; one of a plug-in by its first letter."""
    return SCHEMES.get(scheme) or UNKNOWN_SCHEME._replace(letter=scheme[:1].upper() or UNKNOWN_SCHEME.letter)


CATEGORIES: dict[str, tuple[str, Pair]] = {
    "Files": ("category-files", Pair("#3A6EA5", "#7FB2E5")),
    "Values": ("category-values", Pair("#B5560F", "#FFA45C")),
    "Text": ("category-text", Pair("#5F6B7A", "#A0AAB9")),
    "Lists": ("category-lists", Pair("#0B7A7A", "#3CC4C4")),
    "Tables": ("category-tables", Pair("#1B7F4F", "#4CC38A")),
    "Arrays": ("category-arrays", Pair("#6B4FCB", "#AE9BFF")),
    "Images": ("category-images", Pair("#A04A8C", "#E08ACB")),
    "Segmentation": ("category-segmentation", Pair("#A04A8C", "#E08ACB")),
    "Statistics": ("category-statistics", Pair("#2F62E0", "#7AA0FF")),
    "Plots": ("category-plots", Pair("#2F62E0", "#7AA0FF")),
    "Charts": ("category-charts", Pair("#2F62E0", "#7AA0FF")),
    "Neuroimaging": ("category-neuroimaging", Pair("#7A45B0", "#C09BEB")),
    "Astronomy": ("category-astronomy", Pair("#3A4FA5", "#93A5FF")),
    "Control": ("category-control", Pair("#A8660A", "#E0A84A")),
    "Shell": ("category-shell", Pair("#BF2D43", "#FF7A8A")),
    "Code": ("category-code", Pair("#BF2D43", "#FF7A8A")),
}
"""The icon and the colour of the chip for each category of modules."""

OTHER_CATEGORY = ("category-other", Pair("#586374", "#A0AAB9"))

GRID = 4
"""Pixels; all places and sizes are multiples of it."""

RADIUS_CARD, RADIUS_CONTROL = 8, 6
CARD_WIDTH, CARD_WIDTH_MOST = 168, 280
CARD_PADDING_X, CARD_PADDING_Y = 10, 8
CHIP = 18
PORT_ROW, PORT_CIRCLE, PORT_HIT = 18, 9, 20
PROGRESS = 4
CONNECTION_WIDTH, MAPPED_GAP, CONNECTION_REACH = 1.6, 3.0, 40.0
SELECTED_WIDTH = 2.0
NAMES_FROM_SCALE = 0.7
"""Below this scale the names of ports are not drawn."""

BYPASSED_OPACITY = 0.45
INCOMPATIBLE_OPACITY = 0.25
HEADING, BODY, CAPTION = 1.15, 1.0, 0.88
"""Type sizes, relative to the system's."""

ROW_TABLE, ROW_PALETTE = 24, 28
ICON_SMALL, ICON = 16, 20
MOTION_MS = 150


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.1 defines it (relative luminance, section 1.4.3)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
