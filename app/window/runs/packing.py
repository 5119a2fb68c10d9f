"""Packs pipelines for the runner beside the window's thread: of a large one that takes longer than a frame."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core.background import BackgroundThread
from ....core.document import packed
from ....core.errors import TreadleError
from ....core.protocol import Document as Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....core.pipeline import Pipeline

    Then = Callable[[Any], None]


class Packer(QObject):
    """Makes of a pipeline what the runner is sent."""

    _packed = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._packed.connect(lambda then, snapshot: then(snapshot))

    def pack(self, pipeline: Pipeline, then: Then) -> None:
        """Pack a pipeline that nobody changes any more; ``then`` gets the document, or a TreadleError, later."""
        BackgroundThread(target=self._pack, args=(pipeline, then), name="treadle-pack", daemon=True).start()

    def _pack(self, pipeline: Pipeline, then: Then) -> None:
        made: Snapshot | TreadleError
        try:
            made = Snapshot(text=packed(pipeline).decode(), file=str(pipeline.file or ""))
        except TreadleError as error:
            made = error
        # The document may have been closed meanwhile.
        with contextlib.suppress(RuntimeError):
            self._packed.emit(then, made)
