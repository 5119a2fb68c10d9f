"""The clipboard of the canvas: nodes as the text of a pipeline file, so that any window and any editor can take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData
from PyQt6.QtGui import QGuiApplication

from ....core.document import decode, encode
from ....core.errors import FileError, UsageError

if TYPE_CHECKING:
    from ....core.pipeline import Pipeline

MIME = "application/x-treadle-nodes+json"


def put(pipeline: Pipeline) -> None:
    """Put a pipeline on the clipboard; UsageError names a parameter that cannot be written."""
    data = encode(pipeline)
    mime = QMimeData()
    mime.setData(MIME, data)
    mime.setText(data.decode())
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setMimeData(mime)


def take() -> Pipeline:
    """Return the pipeline that is on the clipboard; UsageError if it holds none."""
    clipboard = QGuiApplication.clipboard()
    mime = clipboard.mimeData() if clipboard is not None else None
    if mime is None:
        raise UsageError("the clipboard is empty")
    data = bytes(mime.data(MIME).data()) if mime.hasFormat(MIME) else mime.text().encode("utf-8", "surrogatepass")
    if not data.lstrip().startswith(b"{"):
        raise UsageError("there are no nodes on the clipboard", remedy="Copy some first")
    try:
        return decode(data, where="the clipboard")
    except FileError as error:
        raise UsageError(f"what is on the clipboard is no pipeline: {error}") from None
