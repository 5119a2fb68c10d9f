"""Turns the prose of docstrings into rich text: a safe part of reST and Markdown, everything else as it is written."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....core.modules import Module, Port

MOST = 50_000
"""Characters; what is longer is cut, so that a window never chokes on a text."""

_INLINE = (
    (re.compile(r"``(.+?)``"), r"<code>\1</code>"),
    (re.compile(r":[a-z:]+:`~?([^`<]+?)`"), r"<code>\1</code>"),
    (re.compile(r"`([^`]+?)`_?"), r"<code>\1</code>"),
    (re.compile(r"\*\*(\S(?:.*?\S)?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*(\S(?:[^*]*?\S)?)\*(?![\w*])"), r"<i>\1</i>"),
)
_BULLET = re.compile(r"\s*[-*•]\s+(.*)")
_HEADING = re.compile(r"#{1,4}\s+(.*)")
_RULE = re.compile(r"[-=~^]{3,}\s*")


def rich(text: str) -> str:
    """Return prose as rich text. Nothing in it can load, link or run: all markup is escaped first."""
    parts = re.split(r"\n\s*\n", text[:MOST].strip("\n"))
    return "".join(map(_block, parts))


def _block(text: str) -> str:
    lines = text.split("\n")
    if not text.strip():
        return ""
    if all(line.startswith(("    ", "\t", ">>>", "...")) or not line.strip() for line in lines):
        return f"<pre>{escape(text)}</pre>"
    if text.lstrip().startswith((">>>", "```")):
        return f"<pre>{escape(text.strip().strip('`'))}</pre>"
    if len(lines) > 1 and _RULE.fullmatch(lines[1]):
        return f"<p><b>{inline(lines[0])}</b></p>{_block(chr(10).join(lines[2:]))}"
    if heading := _HEADING.fullmatch(lines[0]):
        return f"<p><b>{inline(heading[1])}</b></p>{_block(chr(10).join(lines[1:]))}"
    if _BULLET.match(lines[0]):
        return _bullets(lines)
    return f"<p>{inline(' '.join(line.strip() for line in lines))}</p>"


def _bullets(lines: list[str]) -> str:
    items: list[str] = []
    for line in lines:
        if found := _BULLET.match(line):
            items.append(found[1])
        else:
            items[-1] += f" {line.strip()}"
    return f"<ul>{''.join(f'<li>{inline(item)}</li>' for item in items)}</ul>"


def inline(text: str) -> str:
    """Return one piece of prose with its emphasis and code marked."""
    made = escape(text, quote=False)
    for pattern, shape in _INLINE:
        made = pattern.sub(shape, made)
    return made


def help_of(module: Module, words: tuple[str, str]) -> str:
    """Return the help of a module: what it does, and what its ports are; ``words`` name inputs and outputs."""
    parts = [rich(module.help)]
    for word, ports in zip(words, (module.inputs, module.outputs), strict=True):
        if ports:
            parts.append(f"<p><b>{escape(word)}</b></p>")
            parts += [_port(port) for port in ports]
    return "".join(parts)


def _port(port: Port) -> str:
    facts = [port.type.replace("pathlib.", "").replace("numpy.ndarray", "array")]
    if port.unit:
        facts.append(f"[{port.unit}]")
    if port.optional:
        facts.append(f"= {port.default!r}"[:60])
    told = f"<br>{inline(port.help)}" if port.help else ""
    return f"<p><code>{escape(port.name)}</code> <small>{escape(' '.join(facts))}</small>{told}</p>"
