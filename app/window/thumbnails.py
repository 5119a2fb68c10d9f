"""The small picture of a value, as previews have it: shown sharp on any screen, and larger at a click."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QImageReader, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QAbstractButton, QLabel, QWidget

from .dialogs.sheet import Sheet
from .labels import write_as
from .painting import painting
from .theme.tokens import CAPTION, GRID, RADIUS_CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from PyQt6.QtGui import QEnterEvent, QPaintEvent

    from .theme.theme import Theme

SIDE, LARGE = 160, 640
LEAST = 96
"""What has fewer pixels is enlarged to about this."""

MOST_PIXELS = 4_000
_PNG, _SVG = "data:image/png;base64,", "data:image/svg+xml;base64,"


class Picture:
    """What the URL of a preview holds; ``size`` is empty if that cannot be shown."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._image = QImage()
        self._drawing: QSvgRenderer | None = None
        data = _data(url)
        if url.startswith(_PNG):
            self._image = _image(data)
        elif url.startswith(_SVG) and data:
            drawing = QSvgRenderer(QByteArray(data))
            self._drawing = drawing if drawing.isValid() else None

    @property
    def size(self) -> QSize:
        """The pixels that it has, of a drawing the size that it was made for."""
        return self._drawing.defaultSize() if self._drawing is not None else self._image.size()

    @property
    def shows(self) -> bool:
        """Whether there is anything to see."""
        return not self.size.isEmpty()

    def pixmap(self, side: int, ratio: float, least: int = 0) -> QPixmap:
        """Return it at most ``side`` logical pixels wide and high, for a screen with that many pixels to each.

        Its own pixels are squares of whole pixels of the screen, so that nothing is blurred; unless they are too many.
        """
        size = self.size
        longer = max(size.width(), size.height(), 1)
        if self._drawing is not None:
            return self._drawn(size.scaled(QSize(round(side * ratio), round(side * ratio)), _KEEP), ratio)
        times = max(round(ratio), int(least * ratio / longer), 1)
        times = min(times, int(side * ratio / longer))
        whole = size * times if times else size.scaled(QSize(round(side * ratio), round(side * ratio)), _KEEP)
        how = _FAST if times else Qt.TransformationMode.SmoothTransformation
        made = QPixmap.fromImage(self._image.scaled(whole, _IGNORE, how))
        made.setDevicePixelRatio(ratio)
        return made

    def _drawn(self, size: QSize, ratio: float) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.white)
        with painting(made) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            assert self._drawing is not None
            self._drawing.render(painter, QRectF(0, 0, size.width(), size.height()))
        made.setDevicePixelRatio(ratio)
        return made


_KEEP = Qt.AspectRatioMode.KeepAspectRatio
_IGNORE = Qt.AspectRatioMode.IgnoreAspectRatio
_FAST = Qt.TransformationMode.FastTransformation


def _data(url: str) -> bytes:
    try:
        return base64.b64decode(url.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _image(data: bytes) -> QImage:
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, b"png")
    size = reader.size()
    # A few bytes may say that they are a huge image.
    return reader.read() if size.isValid() and max(size.width(), size.height()) <= MOST_PIXELS else QImage()


class Thumbnail(QAbstractButton):
    """A picture that shows itself larger when it is pressed."""

    def __init__(
        self, picture: Picture, title: str, theme: Theme, side: int = SIDE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.picture, self.title, self._theme, self._side = picture, title, theme, side
        self._shown = QPixmap()
        self._dialog: PictureDialog | None = None
        self.setAccessibleName(self.tr("Picture of {title}").format(title=title))
        self.setToolTip(self.tr("Show it larger"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())
        self.clicked.connect(self._enlarge)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the picture, with its frame."""
        ratio = self.devicePixelRatioF()
        if self._shown.isNull() or self._shown.devicePixelRatio() != ratio:
            self._shown = self.picture.pixmap(self._side, ratio, min(LEAST, self._side))
        return self._shown.deviceIndependentSize().toSize() + QSize(2, 2)

    def enterEvent(self, event: QEnterEvent | None) -> None:  # noqa: N802
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Paint the picture in its frame."""
        if self.size() != self.sizeHint():
            self.setFixedSize(self.sizeHint())
        colours = self._theme.colours
        with painting(self) as painter:
            painter.drawPixmap(1, 1, self._shown)
            lit = self.underMouse() or self.hasFocus()
            painter.setPen(self._theme.colour(colours.accent if lit else colours.border))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _enlarge(self) -> None:
        self._dialog = PictureDialog(self.picture, self.title, self._theme, self.window())
        self._dialog.open()


class PictureDialog(Sheet):
    """A picture as large as it is worth."""

    def __init__(self, picture: Picture, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(title)
        self.heading(title)
        shown = QLabel(self)
        shown.setPixmap(picture.pixmap(LARGE, self.devicePixelRatioF(), LARGE))
        shown.setAccessibleName(self.tr("Picture of {title}").format(title=title))
        shown.setStyleSheet(f"border: 1px solid {theme.colours.border}; border-radius: {RADIUS_CONTROL}px")
        self.body.addWidget(shown, 0, Qt.AlignmentFlag.AlignCenter)
        size = picture.size
        said = QLabel(self.tr("A preview of {0} × {1} pixels").format(size.width(), size.height()), self)
        write_as(said, theme, CAPTION, colour=theme.colours.secondary)
        self.body.addSpacing(GRID)
        self.body.addWidget(said)
        self.closing_button()


def pictures_of(previews: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, Picture]]:
    """Go through the outputs that have a picture, and these."""
    for output, facts in previews.items():
        if (url := facts.get("picture")) and isinstance(url, str) and (picture := Picture(url)).shows:
            yield output, picture
