"""Offers what a window that was killed left: edits that were not saved, and runs that were interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from .dialogs.recovery_dialog import RecoveryDialog
from .faults import LOG
from .files.aside import Aside

if TYPE_CHECKING:
    from .document import Document
    from .files.documents import Documents
    from .files.recovery import Left, Recovery
    from .files.run_notes import Interrupted
    from .window import Window

END_SECONDS = 1.0


class Recovering(QObject):
    """Has the runs of all documents noted, and offers what is found of earlier ones, in one dialog."""

    def __init__(self, window: Window, documents: Documents, recovery: Recovery, aside: Aside) -> None:
        super().__init__(window)
        self._window, self._documents, self._recovery, self._aside = window, documents, recovery, aside
        # A thread of its own: a run that is just being ended is waited for.
        self._looking = Aside("left", self)
        documents.opened.connect(self._follow)

    def look(self) -> None:
        """Look for what was left, and offer it once it is found."""
        self._looking.do(self._recovery.left, self._offer)

    def end(self) -> None:
        """Look no more."""
        self._looking.finish(END_SECONDS)

    def _follow(self, document: Document) -> None:
        runs = self._window.pages[document].runs
        runs.run_begun.connect(lambda: self._recovery.note_run(document, runs))
        runs.run_ended.connect(lambda: self._recovery.forget_run(document))

    def _offer(self, left: Left | BaseException) -> None:
        if isinstance(left, BaseException):
            LOG.warning("what was left cannot be found: %s", left)
        elif left.found or left.interrupted:
            dialog = RecoveryDialog(self._window.shared.theme, left, self._window)
            dialog.answered.connect(lambda answer: self._take(answer, left))
            dialog.open()
        else:
            left.discard()

    def _take(self, answer: str, left: Left) -> None:
        if answer in {"restore", "resume"}:
            self._restore(left, resume=answer == "resume")
            # Only when it is noted again here.
            self._aside.do(left.discard)
        elif answer == "discard":
            left.discard()
        else:
            left.keep()

    def _restore(self, left: Left, *, resume: bool) -> None:
        documents = {path: self._documents.recover(one.pipeline, one.version) for path, one in left.found.items()}
        for run in left.interrupted:
            document = documents.get(run.edits) if run.edits is not None else None
            document = document or self._documents.adopt(run.pipeline, run.version)
            if resume:
                self._resume(document, run)

    def _resume(self, document: Document, run: Interrupted) -> None:
        runs = self._window.pages[document].runs
        runs.scheme = run.scheme
        runs.start(run.until, resume=True)
