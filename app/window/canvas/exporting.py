"""Writes the picture of a canvas to a file: SVG and PDF as lines and text, PNG as pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QMarginsF, QRectF, QSize, QSizeF
from PyQt6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter
from PyQt6.QtSvg import QSvgGenerator

from ....core.errors import UsageError
from ..painting import painting

if TYPE_CHECKING:
    from pathlib import Path

    from PyQt6.QtGui import QPaintDevice

    from .view import CanvasView

MARGIN = 32.0
MOST_PIXELS = 16_000
KINDS = (".svg", ".png", ".pdf")


def export(canvas: CanvasView, path: Path, *, scale: float = 2.0) -> Path:
    """Write all that the canvas shows; UsageError for a file of another kind, or one that cannot be written."""
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise UsageError(f"{path.name!r} is no picture that can be written", remedy="Use .svg, .png or .pdf")
    bounds = canvas.overlays.bounds() or (0.0, 0.0, 100.0, 100.0)
    box = QRectF(*bounds).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    try:
        # What a painter cannot open it refuses without a reason: the file system has one.
        path.open("ab").close()
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(path)) from None
    if kind == ".svg":
        _write_svg(canvas, path, box)
    elif kind == ".pdf":
        _write_pdf(canvas, path, box)
    else:
        _write_png(canvas, path, box, scale)
    return path


def _paint(canvas: CanvasView, device: QPaintDevice, box: QRectF, scale: float) -> None:
    with painting(device) as painter:
        painter.scale(scale, scale)
        painter.translate(-box.topLeft())
        canvas.picture.paint_vectors(painter, box)


def _write_svg(canvas: CanvasView, path: Path, box: QRectF) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(round(box.width()), round(box.height())))
    generator.setViewBox(QRectF(0, 0, box.width(), box.height()))
    generator.setTitle(canvas.document.title)
    _paint(canvas, generator, box, 1.0)


def _write_pdf(canvas: CanvasView, path: Path, box: QRectF) -> None:
    writer = QPdfWriter(str(path))
    writer.setTitle(canvas.document.title)
    # A point for each pixel of the scene.
    size = QPageSize(QSizeF(box.width(), box.height()), QPageSize.Unit.Point)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    _paint(canvas, writer, box, writer.resolution() / 72)


def _write_png(canvas: CanvasView, path: Path, box: QRectF, scale: float) -> None:
    scale = min(scale, MOST_PIXELS / max(box.width(), box.height()))
    size = QSize(max(round(box.width() * scale), 1), max(round(box.height() * scale), 1))
    image = QImage(size, QImage.Format.Format_RGB32)
    _paint(canvas, image, box, scale)
    if not image.save(str(path)):
        raise UsageError("the picture could not be written", where=str(path))
