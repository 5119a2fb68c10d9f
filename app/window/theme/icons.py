"""Icons of our own, painted in any colour and size, and kept."""

from __future__ import annotations

from importlib import resources

from PyQt6.QtCore import QByteArray, QRectF, QSize, Qt
from PyQt6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

from ..painting import painting

FOLDER = "icons"
APPLICATION = "treadle"


class Drawings:
    """The drawings of ``resources/icons``, each read once. KeyError if there is none of a name."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._renderers: dict[tuple[str, str, str], QSvgRenderer] = {}

    def text(self, name: str) -> str:
        """Return the SVG of an icon."""
        if name not in self._texts:
            package = __name__.split(".", maxsplit=1)[0]
            file = resources.files(package) / "resources" / FOLDER / f"{name}.svg"
            if not file.is_file():
                raise KeyError(f"there is no icon {name!r}")
            self._texts[name] = file.read_text(encoding="utf-8")
        return self._texts[name]

    def renderer(self, name: str, colour: str, inner: str = "#ffffff") -> QSvgRenderer:
        """Return what paints an icon in a colour; ``inner`` is that of what is drawn on a filled shape."""
        key = name, colour, inner
        if key not in self._renderers:
            text = self.text(name).replace("currentColor", colour).replace("#fff", inner)
            self._renderers[key] = QSvgRenderer(QByteArray(text.encode()))
        return self._renderers[key]

    def paint(self, painter: QPainter, place: QRectF, name: str, colour: str, inner: str = "#ffffff") -> None:
        """Paint an icon into a rectangle."""
        self.renderer(name, colour, inner).render(painter, place)

    def pixmap(self, name: str, colour: str, size: int, ratio: float, inner: str = "#ffffff") -> QPixmap:
        """Return an icon as a pixmap of ``size`` logical pixels."""
        image = QImage(QSize(round(size * ratio), round(size * ratio)), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        with painting(image) as painter:
            self.paint(painter, QRectF(0, 0, size * ratio, size * ratio), name, colour, inner)
        found = QPixmap.fromImage(image)
        found.setDevicePixelRatio(ratio)
        return found


class _Engine(QIconEngine):
    """Paints a drawing in the colour of each mode, at whatever size is asked for."""

    def __init__(self, drawings: Drawings, name: str, colours: dict[QIcon.Mode, str], inner: str) -> None:
        super().__init__()
        self._drawings, self._name, self._colours, self._inner = drawings, name, colours, inner

    def paint(self, painter: QPainter | None, rect, mode: QIcon.Mode, _state: QIcon.State) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        if painter is not None:
            self._drawings.paint(painter, QRectF(rect), self._name, self._colour(mode), self._inner)

    def pixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State) -> QPixmap:
        return self._drawings.pixmap(self._name, self._colour(mode), size.width(), 1.0, self._inner)

    def _colour(self, mode: QIcon.Mode) -> str:
        return self._colours.get(mode, self._colours[QIcon.Mode.Normal])

    def clone(self) -> QIconEngine:
        return _Engine(self._drawings, self._name, self._colours, self._inner)


def icon(drawings: Drawings, name: str, colour: str, disabled: str, inner: str) -> QIcon:
    """Return an icon in a colour, and in another one where it is disabled."""
    drawings.text(name)
    return QIcon(_Engine(drawings, name, {QIcon.Mode.Normal: colour, QIcon.Mode.Disabled: disabled}, inner))
