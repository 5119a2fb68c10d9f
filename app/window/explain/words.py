"""What is said of the schemes of a node, in words and as rich text for tooltips."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ....core.run.candidates import bare
from ....core.run.states import CACHE
from .. import amounts
from ..scheme_words import scheme_word
from ..theme.tokens import STATES

if TYPE_CHECKING:
    from ....core.protocol import Candidate, NodeSchemes
    from ..looks import NodeLook
    from ..theme.theme import Theme

CHOSEN, ABLE, UNABLE = "succeeded", "fresh", "cancelled"
"""The states whose shapes and colours say whether a scheme is the one, could be, or cannot be."""

_MARKS = {CHOSEN: "●", ABLE: "✓", UNABLE: "–"}


def standing_of(one: Candidate, chosen: str) -> str:
    """Return how a scheme stands: CHOSEN, ABLE or UNABLE."""
    if one.scheme == chosen:
        return CHOSEN
    return ABLE if one.eligible else UNABLE


def standing_word(standing: str) -> str:
    """Return the word for how a scheme stands."""
    return {CHOSEN: _tr("chosen"), ABLE: _tr("possible"), UNABLE: _tr("not possible")}[standing]


def next_run(schemes: NodeSchemes | None) -> str:
    """Return on which scheme the next run would have the node, and why; empty if that is not known."""
    if schemes is None:
        return ""
    if not schemes.chosen and schemes.reason:
        return _tr("The next run cannot run it: {reason}").format(reason=schemes.reason)
    if not schemes.chosen:
        return _tr("The next run would have its nodes on different schemes.")
    word, why = scheme_word(schemes.chosen), bare(schemes.reason, schemes.chosen)
    if not why:
        return _tr("The next run would have it on {scheme}.").format(scheme=word)
    return _tr("The next run would have it on {scheme}: {reason}").format(scheme=word, reason=why)


def not_needed(look: NodeLook) -> str:
    """Return that the next run need not run a node, where its result is there."""
    return _tr("Its result is there already, so the next run need not run it.") if look.freshness == "fresh" else ""


def last_run(look: NodeLook, why: str) -> str:
    """Return on which scheme the newest run had the node, and ``why``; empty if it did not run there."""
    if not look.scheme or look.scheme == CACHE:
        return ""
    word, why = scheme_word(look.scheme), bare(why, look.scheme)
    if not why:
        return _tr("The last run had it on {scheme}.").format(scheme=word)
    return _tr("The last run had it on {scheme}: {reason}").format(scheme=word, reason=why)


def expected(one: Candidate) -> str:
    """Return in which time a scheme would have the result; empty if that is not known."""
    return amounts.duration(one.seconds) if one.seconds >= 0 else ""


def tip(schemes: NodeSchemes | None, look: NodeLook, why: str, theme: Theme) -> str:
    """Return the tooltip of a badge: what took the node or would, and each scheme with its reason; empty if none."""
    lines = [escape(line) for line in (last_run(look, why), next_run(schemes), not_needed(look)) if line]
    if schemes is not None:
        rows = "".join(_row(one, schemes.chosen, theme) for one in schemes.candidates)
        lines.append(f"<table cellspacing='0' cellpadding='2'>{rows}</table>")
    if lines:
        secondary = theme.colours.secondary
        lines.append(f"<span style='color:{secondary}'>{escape(_tr('Click the badge for more.'))}</span>")
    return "".join(f"<div>{line}</div>" for line in lines)


def _row(one: Candidate, chosen: str, theme: Theme) -> str:
    standing = standing_of(one, chosen)
    colour = STATES[standing].colour.on(theme.colours)
    name = escape(scheme_word(one.scheme))
    told = " · ".join(filter(None, (escape(one.reason), escape(expected(one)))))
    name = f"<b>{name}</b>" if standing == CHOSEN else name
    return f"<tr><td style='color:{colour}'>{_MARKS[standing]}</td><td>{name}&nbsp;</td><td>{told}</td></tr>"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Schemes", text)
