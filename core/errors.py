"""The errors that reach a person: each says what happened, where, and what to do next."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class TreadleError(Exception):
    """The root of all errors that Treadle raises on purpose.

    ``where`` is a place the reader can go to (a file, a node); ``remedy`` says what to do next.
    ``exit_code`` is what the command line ends with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        if not self.remedy:
            return text
        # What follows several lines, of a log say, is not to be taken for the end of the last one.
        return f"{text}\n{self.remedy}" if "\n" in text else f"{text}. {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.where, self.remedy)


def _rebuild(kind: type[TreadleError], message: str, where: str, remedy: str) -> TreadleError:
    return kind(message, where=where, remedy=remedy)


class UsageError(TreadleError):
    """What the caller asked for cannot be asked: an unknown option, node or parameter."""

    exit_code = 2


class FileError(TreadleError):
    """A pipeline file cannot be read, or does not say a valid pipeline."""

    exit_code = 3


class PipelineError(TreadleError):
    """The pipeline cannot be run as it stands."""

    exit_code = 3


class ModuleLookupError(TreadleError):
    """A module cannot be found, imported or described."""

    exit_code = 3


class RefusedError(TreadleError):
    """The run was refused before it began: not trusted, or resources that no host has."""

    exit_code = 4


class ClusterError(TreadleError):
    """A cluster cannot be started, reached or controlled; nothing is wrong with the pipeline."""


class InternalError(TreadleError):
    """A bug in Treadle; the message asks for a report."""

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(
            message, where=where, remedy=remedy or "This is a bug in Treadle; please report it with this text"
        )


def suggestion(word: str, known: Iterable[str], ending: str = "") -> str:
    """Return ``did you mean 'x'?`` for the closest of ``known``, else a short list of them, else nothing.

    What all of them end with, ``ending``, is shown, but makes none of them closer.
    """
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0] + ending!r}?"
    if not names:
        return ""
    shown = ", ".join(name + ending for name in names[:8])
    return f"Known: {shown}{', …' if len(names) > 8 else ''}"
