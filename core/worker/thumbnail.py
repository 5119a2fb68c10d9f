"""A small picture of a value, made where the value is: of images, of arrays with two axes or more, and of figures."""

from __future__ import annotations

import io
import math
import struct
import sys
import zlib
from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 160
"""No picture is wider or higher."""

LEAST_SIDE = 8
"""What has fewer rows or columns of numbers is rather a table than an image."""

MOST_BYTES = 32_000
"""A picture that takes more is left out, or made of fewer pixels."""

MOST_READ = 64_000_000
"""Of more bytes that would have to be read or unpacked first no picture is made."""

MOST_DRAWN = 100_000
"""A figure with more points is not drawn again."""

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_SIDE = 4_000
_COLOURS = (3, 4)
_IMAGES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"})


def thumbnail(value: Any, *, plain: bool = False) -> str:
    """Return a picture of a value as the URL of its data, PNG or SVG; empty if it has none.

    Only a sample of what is large is looked at. Whatever the value's own library raises is raised. ``plain`` leaves
    out what may have words in it.
    """
    for kind, draw in _PLAIN if plain else (*_PLAIN, *_WORDED):
        if _is(value, *kind):
            found = draw(value)
            return f"data:image/{_kind(found)};base64,{b64encode(found).decode()}" if found else ""
    return ""


def _is(value: Any, package: str, name: str) -> bool:
    """Say whether a value is of a class of this name, or one made of it; no library is imported for that."""
    return any(
        one.__name__ == name and (one.__module__ == package or one.__module__.startswith(f"{package}."))
        for one in type(value).__mro__
    )


def _kind(picture: bytes) -> str:
    return "png" if picture.startswith(_PNG) else "svg+xml"


# Numbers


def _of_array(array: Any) -> bytes:
    numpy = sys.modules["numpy"]
    plane = numpy.asarray(array)
    if plane.dtype.kind not in "biuf" or not plane.size:
        return b""
    while plane.ndim > 2 and not _is_coloured(plane):
        # Volumes have fewer slices than pixels, and series fewer volumes.
        thin = min(range(plane.ndim), key=lambda axis: plane.shape[axis])
        plane = plane.take(plane.shape[thin] // 2, axis=thin)
    if plane.ndim < 2 or min(plane.shape[:2]) < LEAST_SIDE:
        return b""
    side = SIDE
    found = _drawn(plane, side)
    while len(found) > MOST_BYTES:
        side //= 2
        found = _drawn(plane, side)
    return found


def _is_coloured(plane: Any) -> bool:
    if plane.ndim != 3 or plane.shape[-1] not in _COLOURS:
        return False
    return bool(plane.dtype.kind == "f" or plane.dtype == "uint8")


def _drawn(plane: Any, side: int) -> bytes:
    numpy = sys.modules["numpy"]
    with numpy.errstate(all="ignore"):
        few = _sampled(plane, side)
        shown = _stretched(few) if plane.ndim == 2 else few * (255.0 if plane.dtype.kind == "f" else 1.0)
        shown = numpy.nan_to_num(shown, nan=0.0, posinf=255.0, neginf=0.0)
        return png(numpy.clip(shown, 0, 255).astype("uint8"))


def _sampled(plane: Any, side: int) -> Any:
    """Return at most ``side`` rows and columns, each number the mean of up to four of those it stands for."""
    height, width = plane.shape[:2]
    step = math.ceil(max(height, width) / side)
    down, across = min(step, height // LEAST_SIDE), min(step, width // LEAST_SIDE)
    whole = plane[: height // down * down, : width // across * across]
    parts = [
        whole[top::down, left::across].astype("float32")
        for top in {0, down // 2} for left in {0, across // 2}
    ]  # fmt: skip
    return sum(parts) / len(parts)


def _stretched(few: Any) -> Any:
    """Return numbers as greys: nearly the least is black, nearly the greatest white."""
    numpy = sys.modules["numpy"]
    finite = few[numpy.isfinite(few)]
    if not finite.size:
        return few
    low, high = numpy.percentile(finite, (0.5, 99.5))
    if low == high:
        low, high = finite.min(), finite.max()
    return (few - low) / (high - low) * 255.0 if low < high else few * 0.0 + 127.0


def png(pixels: Any) -> bytes:
    """Return an array of bytes as a PNG: rows and columns of greys, or of three or four colours."""
    numpy = sys.modules["numpy"]
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    rows = numpy.ascontiguousarray(pixels).reshape(height, width, channels)
    # Each pixel as the difference to the one before it: that packs better.
    change = rows.copy()
    change[:, 1:] -= rows[:, :-1]
    lines = numpy.insert(change.reshape(height, -1), 0, 1, axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    packed = zlib.compress(lines.tobytes(), 6)
    return _PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _of_brain(image: Any) -> bytes:
    """Draw the middle plane of the first volume, seen from above, with what is in front on top."""
    held = image.dataobj
    lies_in_file = not _is(held, "numpy", "ndarray")
    if lies_in_file and math.prod(image.shape) * 8 > MOST_READ:
        return b""
    if len(image.shape) < 3:
        return b""
    middle = image.shape[2] // 2
    plane = held[(slice(None), slice(None), middle, *(0 for _ in image.shape[3:]))]
    return _of_array(sys.modules["numpy"].rot90(plane))


def _of_fits(hdu: Any) -> bytes:
    """Draw the image of one part of a file, its first row at the bottom."""
    if getattr(hdu, "size", 0) > MOST_READ or getattr(hdu, "data", None) is None:
        return b""
    data = hdu.data
    while getattr(data, "ndim", 0) > 2:
        data = data[0]
    return _of_array(data[::-1]) if getattr(data, "ndim", 0) == 2 else b""


def _of_fits_file(parts: Any) -> bytes:
    return next(
        (found for part in parts[:16] if _is(part, "astropy", "_ImageBaseHDU") and (found := _of_fits(part))), b""
    )


# Images and figures


def _of_image(image: Any) -> bytes:
    width, height = image.size
    if width * height * len(image.getbands()) > MOST_READ:
        return b""
    share = min(1.0, SIDE / max(width, height))
    small = image.resize((max(1, round(width * share)), max(1, round(height * share))))
    if small.mode not in {"L", "LA", "RGB", "RGBA"}:
        small = small.convert("RGBA" if "transparency" in image.info else "RGB")
    made = io.BytesIO()
    small.save(made, "PNG")
    return made.getvalue()


def _of_figure(figure: Any) -> bytes:
    drawn = sum(
        sum(len(line.get_xdata()) for line in axes.lines)
        + sum(len(one.get_offsets()) + len(one.get_paths()) for one in axes.collections)
        + sum(math.prod(one.get_size()) for one in axes.images) // 10
        + len(axes.patches) + len(axes.texts)
        for axes in figure.axes
    )  # fmt: skip
    if drawn > MOST_DRAWN:
        return b""
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=SIDE / max(figure.get_size_inches()))
    return made.getvalue()


def _of_path(path: Path) -> bytes:
    """Show the image in a file: small as it is, large if the library that made it is still at hand."""
    suffix = path.suffix.lower()
    if suffix not in _IMAGES or not path.is_file():
        return b""
    size = path.stat().st_size
    images = sys.modules.get("PIL.Image")
    if suffix != ".svg" and images is not None and size <= MOST_READ:
        with images.open(path) as image:
            return _of_image(image)
    if size > MOST_BYTES or suffix not in {".svg", ".png"}:
        return b""
    found = path.read_bytes()
    return found if _is_modest(found, suffix) else b""


def _is_modest(found: bytes, suffix: str) -> bool:
    if suffix == ".svg":
        return b"<svg" in found[:1000] and b"<!ENTITY" not in found
    return found.startswith(_PNG) and len(found) > 24 and max(struct.unpack(">II", found[16:24])) <= _MOST_SIDE


_Drawing = tuple[tuple[str, str], Callable[[Any], bytes]]
_PLAIN: tuple[_Drawing, ...] = (
    (("numpy", "ndarray"), _of_array),
    (("nibabel", "DataobjImage"), _of_brain),
    (("astropy", "HDUList"), _of_fits_file),
    (("astropy", "_ImageBaseHDU"), _of_fits),
    (("astropy", "NDData"), _of_fits),
)
_WORDED: tuple[_Drawing, ...] = (
    (("PIL", "Image"), _of_image),
    (("matplotlib", "Figure"), _of_figure),
    (("pathlib", "Path"), _of_path),
)
