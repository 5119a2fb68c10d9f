"""Modules that put texts together, take them apart and look things up in them."""

from __future__ import annotations

import re
from collections import Counter
from string import Formatter
from typing import Annotated, Any

from ..worker import Choices, Schemes, module
from .choosing import one_of

ANYWHERE = Schemes(threads=True)


@module(title="Fill in a template", category="Text", schemes=ANYWHERE)
def format_text(template: str, **fields: Any) -> str:
    """Put values into a text, where it names them in braces: ``{name}``, ``{size:.2f}``.

    Args:
        template: the text; ``{{`` and ``}}`` stand for braces.
        fields: the values by their names.
    """
    missing = sorted({name for name in _field_names(template) if name not in fields})
    if missing:
        given = ", ".join(sorted(fields)) or "nothing"
        raise ValueError(f"the template names {', '.join(missing)}, but was given {given}")
    try:
        return _PlainFormatter().format(template, **fields)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(f"the template {template!r} cannot be filled: {error}") from error


class _PlainFormatter(Formatter):
    """Fills in values, and refuses to reach into them: through attributes a template could read anything."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """Return the value that a name stands for, or an item of it."""
        if "." in field_name:
            raise ValueError(f"{field_name!r} asks for an attribute, which a template may not")
        return super().get_field(field_name, args, kwargs)


@module(title="Join texts", category="Text", schemes=ANYWHERE)
def join(parts: list[Any], separator: str = "\n") -> str:
    """Join texts to one.

    Args:
        parts: the texts; other values are written as text.
        separator: what stands between two of them.
    """
    return separator.join(map(str, parts))


@module(title="Split text", category="Text", schemes=ANYWHERE)
def split(text: str, separator: str = "", *, regular_expression: bool = False) -> list[str]:
    """Split a text at a separator, which is not kept.

    Args:
        text: the text.
        separator: where to split; empty splits at white space.
        regular_expression: whether the separator is a regular expression.
    """
    if not separator:
        return text.split()
    return _compiled(separator).split(text) if regular_expression else text.split(separator)


@module(title="Replace in text", category="Text", schemes=ANYWHERE)
def replace(text: str, old: str, new: str = "", *, regular_expression: bool = False) -> str:
    r"""Replace every occurrence of a piece of text.

    Args:
        text: the text.
        old: what to look for.
        new: what to put in its place; with a regular expression ``\1`` stands for its first group.
        regular_expression: whether ``old`` is a regular expression.
    """
    if not old:
        raise ValueError("there is nothing to look for: the text to replace is empty")
    if not regular_expression:
        return text.replace(old, new)
    try:
        return _compiled(old).sub(new, text)
    except (re.error, IndexError) as error:
        raise ValueError(f"the replacement {new!r} does not go with {old!r}: {error}") from error


@module(title="Lines", category="Text", schemes=ANYWHERE)
def lines(text: str, *, skip_empty: bool = False) -> list[str]:
    """List the lines of a text, without their ends.

    Args:
        text: the text.
        skip_empty: whether to leave out lines of nothing but white space.
    """
    return [line for line in text.splitlines() if line.strip() or not skip_empty]


@module(title="Extract from text", category="Text", schemes=ANYWHERE)
def extract(text: str, pattern: str) -> list[Any]:
    """List all that a regular expression finds in a text.

    Args:
        text: the text.
        pattern: the regular expression; with one group the list holds that group, with several lists of
            groups, and with named groups records.
    """
    compiled = _compiled(pattern)
    if compiled.groupindex:
        return [found.groupdict() for found in compiled.finditer(text)]
    return [list(found) if isinstance(found, tuple) else found for found in compiled.findall(text)]


@module(title="Match text", category="Text", schemes=ANYWHERE)
def matches(text: str, pattern: str, *, whole: bool = False) -> bool:
    """Say whether a regular expression is found in a text: a condition for a switch or a filter.

    Args:
        text: the text.
        pattern: the regular expression.
        whole: whether it must match the text from its start to its end.
    """
    compiled = _compiled(pattern)
    return (compiled.fullmatch(text) if whole else compiled.search(text)) is not None


@module(title="Count words", category="Text", schemes=ANYWHERE)
def count_words(text: str, *, ignore_case: bool = True) -> list[dict[str, Any]]:
    """Count how often each word occurs; the table begins with the most frequent.

    Args:
        text: the text.
        ignore_case: whether ``The`` and ``the`` are one word.
    """
    counted = Counter(re.findall(r"\w+(?:['’]\w+)*", text.casefold() if ignore_case else text))
    ordered = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{"word": word, "count": count} for word, count in ordered]


@module(title="Change case", category="Text", schemes=ANYWHERE)
def change_case(text: str, case: Annotated[str, Choices("lower", "upper", "title", "sentence")] = "lower") -> str:
    """Write a text in small or capital letters.

    Args:
        text: the text.
        case: all small, all capital, each word with a capital, or only the first with one.
    """
    known = {"lower": str.lower, "upper": str.upper, "title": str.title, "sentence": str.capitalize}
    return known[one_of(case, known, "case")](text)


@module(title="Strip text", category="Text", schemes=ANYWHERE)
def strip(text: str, characters: str = "") -> str:
    """Remove white space, or the given characters, from both ends of a text.

    Args:
        text: the text.
        characters: what to remove; empty means white space.
    """
    return text.strip(characters or None)


@module(title="Text to number", category="Text", schemes=ANYWHERE)
def to_number(text: str) -> float:
    """Read a number from a text such as ``1.5`` or ``2e-3``.

    Args:
        text: the text.
    """
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a regular expression; ValueError says what is wrong with it and where."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error


def _field_names(template: str) -> list[str]:
    """Return the names in the braces of a template."""
    try:
        names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise ValueError(f"the template {template!r} cannot be read: {error}") from error
    return [re.split(r"[.\[]", name)[0] for name in names]
