"""Colours Python source: keywords, names of functions, texts, numbers, comments."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from PyQt6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat

from ...theme.tokens import SCHEMES, STATES

if TYPE_CHECKING:
    from PyQt6.QtGui import QTextDocument

    from ...theme.theme import Theme

_PREFIX = r"(?i:\b(?:r|u|b|f|br|rb|fr|rf))?"
_TOKENS = re.compile(
    rf"(?P<comment>#.*)"
    rf"|(?P<long>{_PREFIX}(?:'''|\"\"\"))"
    rf"|(?P<text>{_PREFIX}(?:'(?:\\.|[^'\\])*'?|\"(?:\\.|[^\"\\])*\"?))"
    rf"|(?P<number>\b(?:0[xob][\da-f_]+|\d[\d_]*\.?[\d_]*(?:e[+-]?\d+)?j?))"
    rf"|(?<=\bdef )(?P<name>\w+)|(?<=\bclass )(?P<kind>\w+)"
    rf"|(?P<decorator>^\s*@[\w.]+)"
    rf"|\b(?P<keyword>{'|'.join(keyword.kwlist)})\b",
)
_QUOTES = ("", "'''", '"""')


class PythonHighlighter(QSyntaxHighlighter):
    """Works line by line; the state of a line says in which long text it ends, if in one."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._formats: dict[str, QTextCharFormat] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        colours = self._theme.colours
        texts = STATES["fresh"].colour.on(colours)
        inks = {
            "comment": colours.secondary,
            "text": texts,
            "long": texts,
            "number": SCHEMES["ipython"].colour.on(colours),
            "name": colours.accent,
            "kind": colours.accent,
            "decorator": SCHEMES["processes"].colour.on(colours),
            "keyword": SCHEMES["threads"].colour.on(colours),
        }
        for name, ink in inks.items():
            made = QTextCharFormat()
            made.setForeground(QColor(ink))
            if name in {"keyword", "name", "kind"}:
                made.setFontWeight(QFont.Weight.DemiBold)
            made.setFontItalic(name == "comment")
            self._formats[name] = made
        self.rehighlight()

    def highlightBlock(self, text: str | None) -> None:  # noqa: N802
        """Colour one line."""
        line, at = text or "", 0
        self.setCurrentBlockState(0)
        before = self.previousBlockState()
        if before > 0:
            at = self._long_text(line, 0, 0, _QUOTES[before])
        while at < len(line):
            found = _TOKENS.search(line, at)
            if found is None:
                return
            kind = found.lastgroup or ""
            if kind == "long":
                at = self._long_text(line, found.start(), found.end(), found.group()[-3:])
            else:
                self.setFormat(found.start(), found.end() - found.start(), self._formats[kind])
                at = max(found.end(), at + 1)

    def _long_text(self, line: str, start: int, search_from: int, quotes: str) -> int:
        """Colour a text in triple quotes as far as it goes on this line; return where it ends."""
        end = line.find(quotes, search_from)
        if end < 0:
            self.setCurrentBlockState(_QUOTES.index(quotes))
            end = len(line)
        else:
            end += len(quotes)
        self.setFormat(start, end - start, self._formats["long"])
        return end
