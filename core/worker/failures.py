"""Why a task ended badly, as data that any process can read."""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = (
    "exception",
    "killed",
    "exited",
    "out of memory",
    "timed out",
    "lost contact",
    "not picklable",
    "insufficient resources",
    "mapping",
    "upstream",
    "not taken",
    "cancelled",
)
"""What a cause can be; the last three are of tasks that never ran, or were told to stop."""


@dataclass(frozen=True)
class Cause:
    """One sentence on why a task has no result, with the facts behind it.

    ``task`` is the task where the trouble began, where that is another one; ``type`` and ``traceback`` are those
    of the module's own exception. ``port`` is the input whose value could not be made again from its pickle.
    """

    kind: str
    message: str
    task: str = ""
    type: str = ""
    traceback: str = ""
    port: str = ""


class CallError(Exception):
    """The call itself is at fault, not the module: an argument that cannot be made, an output of the wrong form."""


class UnreadableError(CallError):
    """A value that another task made cannot be made again from its pickle; ``port`` is the input that it is for."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"unpickling it raised {type(error).__name__}: {_text(error)}")
        self.port = ""


class MemberError(Exception):
    """A member of a group that runs as one task failed; ``error`` is what it raised."""

    def __init__(self, member: str, error: BaseException) -> None:
        super().__init__(member, error)
        self.member = member
        self.error = error


MAX_TEXT = 64 * 1024
_OWN = str(Path(__file__).parent) + os.sep


def cause_of(error: BaseException, hide: Callable[[str], str] = str) -> Cause:
    """Describe an exception that a module raised; the frames of Treadle itself are left out of its traceback.

    ``hide`` covers what must not be seen, before anything is cut.
    """
    if isinstance(error, MemberError):
        inner = cause_of(error.error, hide)
        return replace(inner, message=f"{error.member}: {inner.message}")
    kind = "out of memory" if isinstance(error, MemoryError) else "exception"
    message = _bounded(hide(_message(error)))
    if isinstance(error, CallError):
        text = "" if error.__cause__ is None else _traceback(error.__cause__)
        if isinstance(error, UnreadableError):
            kind, message = "not picklable", f"the input {error.port!r} cannot be read: {message}"
        return Cause(kind, message, traceback=_bounded(hide(text)), port=getattr(error, "port", ""))
    return Cause(kind, message, type=type(error).__name__, traceback=_bounded(hide(_traceback(error))))


def _traceback(error: BaseException) -> str:
    shown = error.__traceback__
    while shown is not None and shown.tb_next is not None and shown.tb_frame.f_code.co_filename.startswith(_OWN):
        shown = shown.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, shown, limit=-60))
    except KeyboardInterrupt:
        raise
    except BaseException as nested:  # noqa: BLE001 - a module's exception may break when it is shown, in any way
        return f"{type(error).__name__} (its text cannot be shown: {type(nested).__name__})\n"


def _message(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"the module called sys.exit({_shown(lambda: repr(error.code)) or '…'})"
    return _text(error) or type(error).__name__


def _text(error: BaseException) -> str:
    return _shown(lambda: str(error))


def _shown(show: Callable[[], str]) -> str:
    """Return a text that an object of a module has to give; it is empty if the object fails at it."""
    try:
        return show()
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - see above
        return ""


def _bounded(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n… {len(text) - MAX_TEXT} characters cut …\n{text[-half:]}"
