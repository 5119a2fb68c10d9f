"""The clipboard of the canvas: nodes as the text of a pipeline file, so that any window and any editor can take it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QByteArray, QMimeData
from PyQt6.QtGui import QGuiApplication

from ....core.document import decode, encode, packed
from ....core.errors import FileError, UsageError

if TYPE_CHECKING:
    from PyQt6.QtCore import QMetaType

    from ....core.pipeline import Pipeline

MIME, TEXT = "application/x-treadle-nodes+json", "text/plain"


class _Copied(QMimeData):
    """Nodes on the clipboard, written as text when another program asks for them: of many that takes a while."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.pipeline = pipeline
        self._data: bytes | None = None

    def _write(self) -> bytes:
        if self._data is None:
            self._data = encode(self.pipeline)
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
                return QByteArray(self._write())
            if mimetype == TEXT:
                return self._write().decode()
        return None


def put(pipeline: Pipeline) -> None:
    """Put a pipeline on the clipboard; UsageError names a parameter that cannot be written."""
    packed(pipeline)
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setMimeData(_Copied(pipeline))


def take() -> Pipeline:
    """Return the pipeline that is on the clipboard, to do with as one likes; UsageError if it holds none."""
    clipboard = QGuiApplication.clipboard()
    mime = clipboard.mimeData() if clipboard is not None else None
    if mime is None:
        raise UsageError("the clipboard is empty")
    if isinstance(mime, _Copied):
        # Of this window: nothing need be written and read.
        return mime.pipeline.copy()
    data = bytes(mime.data(MIME).data()) if mime.hasFormat(MIME) else mime.text().encode("utf-8", "surrogatepass")
    if not data.lstrip().startswith(b"{"):
        raise UsageError("there are no nodes on the clipboard", remedy="Copy some first")
    try:
        return decode(data, where="the clipboard")
    except FileError as error:
        raise UsageError(f"what is on the clipboard is no pipeline: {error}") from None
