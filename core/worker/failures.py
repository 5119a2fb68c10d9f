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
    of the module's own exception.
    """

    kind: str
    message: str
    task: str = ""
    type: str = ""
    traceback: str = ""


class CallError(Exception):
    """The call itself is at fault, not the module: an argument that cannot be made, an output of the wrong form."""


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
        return Cause(kind, message, traceback=_bounded(hide(text)))
    return Cause(kind, message, type=type(error).__name__, traceback=_bounded(hide(_traceback(error))))


def _traceback(error: BaseException) -> str:
    shown = error.__traceback__
    while shown is not None and shown.tb_next is not None and shown.tb_frame.f_code.co_filename.startswith(_OWN):
        shown = shown.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, shown, limit=-60))
    except Exception as nested:  # noqa: BLE001 - a module's exception may break when it is shown
        return f"{type(error).__name__} (its text cannot be shown: {type(nested).__name__})\n"


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - see above
        text = ""
    if isinstance(error, SystemExit):
        text = f"the module called sys.exit({error.code!r})"
    return text or type(error).__name__


def _bounded(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n… {len(text) - MAX_TEXT} characters cut …\n{text[-half:]}"
