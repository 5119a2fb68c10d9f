"""The clipboard of the canvas: nodes as the text of a pipeline file, so that any window and any editor can take it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QByteArray, QMimeData
from PyQt6.QtGui import QGuiApplication

from ....core.document import decode, encode
from ....core.errors import FileError, UsageError

if TYPE_CHECKING:
    from PyQt6.QtCore import QMetaType

    from ....core.pipeline import Pipeline

MIME = "application/x-treadle-nodes+json"


TEXT = "text/plain"
MANY = 500
"""More nodes are written only when somebody asks for them: that takes longer than a frame."""


class _Copied(QMimeData):
    """Nodes on the clipboard, written as text when that is asked for."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._data: bytes | None = None

    def write(self) -> bytes:
        """Return the text of the file; UsageError names a parameter that cannot be written."""
        if self._data is None:
            self._data = encode(self._pipeline)
        return self._data

    def formats(self) -> list[str]:
        """Return what can be asked for."""
        return [MIME, TEXT]

    def hasFormat(self, mimetype: str | None) -> bool:  # noqa: N802
        """Say whether this can be asked for."""
        return mimetype in {MIME, TEXT}

    def retrieveData(self, mimetype: str | None, _preferred: QMetaType) -> Any:  # noqa: N802
        """Return what was asked for; nothing where a parameter cannot be written."""
        with suppress(UsageError):
            if mimetype == MIME:
                return QByteArray(self.write())
            if mimetype == TEXT:
                return self.write().decode()
        return None


def put(pipeline: Pipeline) -> None:
    """Put a pipeline on the clipboard; UsageError names a parameter that cannot be written.

    Of many nodes that is told only when they are taken from there.
    """
    mime = _Copied(pipeline)
    if len(pipeline.nodes) <= MANY:
        mime.write()
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setMimeData(mime)


def take() -> Pipeline:
    """Return the pipeline that is on the clipboard; UsageError if it holds none."""
    clipboard = QGuiApplication.clipboard()
    mime = clipboard.mimeData() if clipboard is not None else None
    if mime is None:
        raise UsageError("the clipboard is empty")
    if isinstance(mime, _Copied):
        mime.write()
    data = bytes(mime.data(MIME).data()) if mime.hasFormat(MIME) else mime.text().encode("utf-8", "surrogatepass")
    if not data.lstrip().startswith(b"{"):
        raise UsageError("there are no nodes on the clipboard", remedy="Copy some first")
    try:
        return decode(data, where="the clipboard")
    except FileError as error:
        raise UsageError(f"what is on the clipboard is no pipeline: {error}") from None
