"""HTML and SVG as text in which nothing from outside can be anything but text."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from ...core.validation.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID = frozenset({"meta", "input", "br", "img"})


class Html(str):
    """Markup that was made here; any other text is escaped where it is put in."""

    __slots__ = ()


def escaped(text: object) -> Html:
    """Return text as markup shows it, its lines kept, with control and direction characters written out."""
    if isinstance(text, Html):
        return text
    told = str(text)
    if not told.isprintable():
        told = "\n".join(visible(line) for line in told.expandtabs().split("\n"))
    return Html(html.escape(told.encode("utf-8", "backslashreplace").decode()))


def element(kind: str, /, *children: object, **attributes: object) -> Html:
    """Return an element; ``class_`` is written class, other ``_`` as ``-``; what is None or empty is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(_number(value))}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    if kind in _VOID:
        return Html(f"<{kind}{told}>")
    return Html(f"<{kind}{told}>{''.join(escaped(child) for child in children if child is not None)}</{kind}>")


def joined(parts: Iterable[Html]) -> Html:
    """Return markup one after the other."""
    return Html("".join(parts))


def _number(value: object) -> object:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def table(heads: Iterable[str], rows: Iterable[Html], *, right: Iterable[int] = (), id_: str = "") -> Html:
    """Return a table whose heads name its columns, those in ``right`` right-aligned; see ``row``."""
    aligned = set(right)
    cells = [element("th", head, class_="n" if place in aligned else "") for place, head in enumerate(heads)]
    inner = element("table", element("thead", element("tr", *cells)), element("tbody", *rows), id=id_)
    return element("div", inner, class_="scroll")


def row(*cells: object, right: Iterable[int] = ()) -> Html:
    """Return a row of a table, the cells in ``right`` right-aligned."""
    aligned = set(right)
    return element(
        "tr", *(element("td", cell, class_="n" if place in aligned else "") for place, cell in enumerate(cells))
    )


def section(heading: str, *children: object, note: str = "") -> Html:
    """Return a card of the page."""
    shown = element("p", note, class_="note") if note else None
    return element("section", element("h2", heading), shown, *children)


def pill(state: str) -> Html:
    """Return a state as colour, shape and word."""
    return element(
        "span", element("span", SHAPES.get(state, "•"), aria_hidden="true"), " ", state, class_=f"pill {css(state)}"
    )


SHAPES = {
    "succeeded": "✔",
    "succeeded with failures": "✔",
    "cached": "↯",
    "failed": "✘",
    "cancelled": "⊘",
    "interrupted": "⊘",
    "skipped": "◌",
    "running": "◔",
    "dispatched": "◔",
    "ready": "…",
    "waiting": "…",
}


def css(state: str) -> str:
    """Return the class of the colour of a state or scheme; one that the style does not know has none."""
    return f"is-{state.split(' ', maxsplit=1)[0]}" if state.replace(" ", "").isalpha() else ""
