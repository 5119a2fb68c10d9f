"""The questions and messages of files, each in the words that the person gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ....core.errors import TreadleError
from .question import Choice, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtWidgets import QWidget

    from ..theme.theme import Theme


def _tr(text: str) -> str:
    return QCoreApplication.translate("messages", text)


def unsaved(theme: Theme, titles: Sequence[str], parent: QWidget | None) -> Question:
    """Ask what becomes of changes that no file has: ``save``, ``discard`` or nothing."""
    if len(titles) == 1:
        question = _tr("Save the changes of “{title}”?").format(title=titles[0])
        verbs = (_tr("Discard"), _tr("Save"))
    else:
        question = _tr("Save the changes of {number} pipelines?").format(number=len(titles))
        verbs = (_tr("Discard all"), _tr("Save all"))
    consequence = _tr("What is not saved is lost.")
    details = "" if len(titles) == 1 else "\n".join(titles)
    choices = (Choice("discard", verbs[0], on_left=True), Choice("", _tr("Cancel")), Choice("save", verbs[1]))
    return Question(theme, question, consequence, choices, safe="save", details=details, icon="save", parent=parent)


def still_running(theme: Theme, title: str, parent: QWidget | None) -> Question:
    """Ask whether the run of a pipeline that is closed shall be ended: ``stop`` or nothing."""
    question = _tr("Stop the run of “{title}”?").format(title=title)
    consequence = _tr("Tasks that are running are ended. What is finished is kept and need not be done again.")
    choices = (Choice("", _tr("Keep running")), Choice("stop", _tr("Stop")))
    return Question(theme, question, consequence, choices, icon="stop", parent=parent)


def changed_on_disk(theme: Theme, title: str, parent: QWidget | None, *, modified: bool) -> Question:
    """Ask whether a file that another program wrote shall be read again: ``reload`` or nothing."""
    question = _tr("Reload “{title}”?").format(title=title)
    consequence = (
        _tr("Another program has changed the file. Your own changes of it can be had back with Undo.")
        if modified
        else _tr("Another program has changed the file. Until then, you see it as it was.")
    )
    choices = (Choice("", _tr("Keep what is shown")), Choice("reload", _tr("Reload")))
    return Question(theme, question, consequence, choices, icon="retry", parent=parent)


def overwrite_changed(theme: Theme, title: str, parent: QWidget | None) -> Question:
    """Ask whether to write over what another program wrote: ``save``, ``save-as`` or nothing."""
    question = _tr("Write over “{title}”?").format(title=title)
    consequence = _tr("Another program has changed the file since it was opened. Those changes would be lost.")
    choices = (
        Choice("save", _tr("Write over"), on_left=True),
        Choice("", _tr("Cancel")),
        Choice("save-as", _tr("Save as…")),
    )
    return Question(theme, question, consequence, choices, icon="warning", parent=parent)


def trouble(theme: Theme, what: str, error: BaseException, parent: QWidget | None) -> Question:
    """Tell what went wrong with a file, where, and what to do; never a traceback."""
    if isinstance(error, TreadleError):
        message = error.message
        rest = [error.where, error.remedy]
    else:
        message, rest = f"{type(error).__name__}: {error}", []
    sentence = f"{message[:1].upper()}{message[1:]}".rstrip(".") + "."
    details = "\n".join(part for part in rest if part)
    return Question(
        theme, what, sentence, (Choice("", _tr("Close")),), details=details, icon="error", parent=parent
    )  # fmt: skip
