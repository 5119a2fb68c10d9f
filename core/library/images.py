"""Modules that read, write and change images; an image is an array of rows, columns and maybe colours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..worker import Choices, Range, Schemes, Unit, module
from .atomic import replacing
from .choosing import one_of
from .optional import need

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)
PLAIN_MODES = ("L", "RGB", "RGBA", "F", "I", "I;16")


@module(title="Read image", category="Images", schemes=ANYWHERE)
def read_image(path: Path) -> np.ndarray:
    """Read an image file: grey ones as rows × columns, coloured ones with a third axis of 3 or 4 colours.

    Of a file with several pages the first is read. Palettes become colours, black and white 0 and 255.

    Args:
        path: the file, in any format that Pillow knows, such as PNG, JPEG or TIFF.
    """
    import numpy as np

    pillow = need("PIL.Image", "reading images")
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no image file {path}")
    try:
        with pillow.open(path) as image:
            plain = image.convert(_plain_mode(image))
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"cannot read the image {path}: {error}") from error
    return np.array(plain)


@module(title="Write image", category="Images", schemes=ANYWHERE, cache=False, writes_files=True)
def write_image(image: np.ndarray, path: Path) -> Path:
    """Write an image file, and give its path; the suffix of the name chooses the format.

    Args:
        image: bytes are written as they are, masks as black and white, fractions 0…1 as 0…255.
        path: the file, such as ``result.png``; it is replaced if it exists.
    """
    pillow = need("PIL.Image", "writing images")
    known = pillow.registered_extensions()
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        raise ValueError(f"no image format has the suffix {suffix!r} of {path}: try .png, .jpg or .tif")
    with replacing(path) as temporary:
        pillow.fromarray(to_bytes(image)).save(temporary, format=known[suffix])
    return Path(path).expanduser()


@module(title="To grey", category="Images", schemes=ANYWHERE)
def to_grey(image: np.ndarray) -> np.ndarray:
    """Turn colours into brightness 0…1, as the eye weighs them; grey images pass unchanged.

    Args:
        image: rows × columns × colours; a fourth colour, transparency, is ignored.
    """
    import numpy as np

    if np.ndim(image) == 2:
        return np.array(image)
    if np.ndim(image) != 3 or image.shape[-1] not in (3, 4):
        raise ValueError(f"an image has the shape rows × columns × 3 or 4 colours, not {np.shape(image)}")
    return np.asarray(need("skimage.color", "turning colours into grey").rgb2gray(image[..., :3]))


@module(title="Smooth", category="Images", schemes=ANYWHERE)
def smooth(
    image: np.ndarray, sigma: Annotated[float, Range(0.0, 50.0), Unit("px")] = 1.0, *, keep_range: bool = True
) -> np.ndarray:
    """Smooth an image with a Gaussian; colours are smoothed one by one.

    Args:
        image: the image.
        sigma: the width of the Gaussian, its standard deviation.
        keep_range: whether bytes keep their range 0…255; if not, they become 0…1.
    """
    import numpy as np

    filters = need("skimage.filters", "smoothing images")
    axis = -1 if np.ndim(image) == 3 else None
    return np.asarray(filters.gaussian(image, sigma, preserve_range=keep_range, channel_axis=axis))


@module(title="Median filter", category="Images", schemes=ANYWHERE)
def median(image: np.ndarray, radius: Annotated[int, Range(1, 50), Unit("px")] = 1) -> np.ndarray:
    """Remove specks: each pixel becomes the median of the disk around it.

    Args:
        image: a grey image.
        radius: the radius of the disk.
    """
    import numpy as np

    disk = need("skimage.morphology", "a median filter").disk(radius)
    return np.asarray(need("scipy.ndimage", "a median filter").median_filter(_grey(image), footprint=disk))


@module(title="Edges", category="Images", schemes=ANYWHERE)
def edges(
    image: np.ndarray, method: Annotated[str, Choices("sobel", "scharr", "prewitt", "roberts")] = "sobel"
) -> np.ndarray:
    """Find edges: how steeply the brightness changes at each pixel.

    Args:
        image: a grey image.
        method: how to measure the steepness.
    """
    import numpy as np

    one_of(method, ("sobel", "scharr", "prewitt", "roberts"), "method")
    filters = need("skimage.filters", "finding edges")
    return np.asarray(getattr(filters, method)(_grey(image)))


@module(title="Resize", category="Images", schemes=ANYWHERE)
def resize(
    image: np.ndarray,
    height: Annotated[int, Range(1, 100_000), Unit("px")],
    width: Annotated[int, Range(1, 100_000), Unit("px")],
) -> np.ndarray:
    """Change the size of an image; its brightness stays, and shrinking smooths first.

    Args:
        image: the image.
        height: the new number of rows.
        width: the new number of columns.
    """
    import numpy as np

    transform = need("skimage.transform", "resizing images")
    shape = (height, width, *np.shape(image)[2:])
    smooth_first = np.asarray(image).dtype != bool
    resized = transform.resize(image, shape, preserve_range=True, anti_aliasing=smooth_first)
    return np.asarray(resized).astype(np.asarray(image).dtype)


@module(title="Crop", category="Images", schemes=ANYWHERE)
def crop(
    image: np.ndarray,
    top: Annotated[int, Range(0, None), Unit("px")] = 0,
    left: Annotated[int, Range(0, None), Unit("px")] = 0,
    height: Annotated[int, Range(1, None), Unit("px")] = 100,
    width: Annotated[int, Range(1, None), Unit("px")] = 100,
) -> np.ndarray:
    """Cut a rectangle out of an image; what lies outside the image is left out.

    Args:
        image: the image.
        top: the first row.
        left: the first column.
        height: how many rows.
        width: how many columns.
    """
    import numpy as np

    part = np.array(np.asarray(image)[top : top + height, left : left + width])
    if not part.size:
        raise ValueError(f"the rectangle at ({top}, {left}) lies outside the image of {np.shape(image)[:2]}")
    return part


@module(title="Adjust contrast", category="Images", schemes=ANYWHERE)
def adjust_contrast(
    image: np.ndarray,
    low: Annotated[float, Range(0.0, 100.0), Unit("%")] = 1.0,
    high: Annotated[float, Range(0.0, 100.0), Unit("%")] = 99.0,
) -> np.ndarray:
    """Spread the brightness between two percentiles over 0…1.

    Args:
        image: the image.
        low: the percentile that becomes black.
        high: the percentile that becomes white.
    """
    import numpy as np

    if low >= high:
        raise ValueError(f"the percentile for black ({low}) must be below that for white ({high})")
    values = np.asarray(image, dtype=float)
    black, white = np.nanpercentile(values, (low, high))
    if black == white:
        return np.where(values > white, 1.0, 0.0)
    return np.asarray(np.clip((values - black) / (white - black), 0, 1))


@module(title="Rotate or flip", category="Images", schemes=ANYWHERE)
def turn(
    image: np.ndarray,
    how: Annotated[
        str, Choices("quarter left", "quarter right", "half", "mirror left-right", "mirror top-bottom")
    ] = "quarter left",
) -> np.ndarray:
    """Turn an image by quarters, or mirror it.

    Args:
        image: the image.
        how: what to do.
    """
    import numpy as np

    known = {
        "quarter left": lambda: np.rot90(image, 1),
        "quarter right": lambda: np.rot90(image, -1),
        "half": lambda: np.rot90(image, 2),
        "mirror left-right": lambda: np.fliplr(image),
        "mirror top-bottom": lambda: np.flipud(image),
    }
    return np.ascontiguousarray(known[one_of(how, known, "turn")]())


def to_bytes(image: np.ndarray) -> np.ndarray:
    """Return an image as bytes: masks as 0 and 255, fractions scaled; ValueError if out of range."""
    import numpy as np

    pixels = np.asarray(image)
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == bool:
        return np.asarray(pixels.astype(np.uint8) * np.uint8(255))
    low, high = (float(pixels.min()), float(pixels.max())) if pixels.size else (0.0, 0.0)
    top = 1 if pixels.dtype.kind == "f" else 255
    if not (low >= 0 and high <= top):
        raise ValueError(f"brightness {low:g} … {high:g} lies outside 0 … {top}: normalise it first")
    return np.asarray(np.round(pixels * (255 / top)).astype(np.uint8))


def _grey(image: np.ndarray) -> np.ndarray:
    """Return ``image``; ValueError if it has colours."""
    if image.ndim != 2:
        told = f"a grey image of rows × columns is needed, not one of shape {image.shape}: use To grey"
        raise ValueError(told)
    return image


def _plain_mode(image: object) -> str:
    """Return the mode in which a Pillow image becomes numbers that mean brightness."""
    mode = str(getattr(image, "mode", ""))
    if mode in PLAIN_MODES:
        return mode
    return {"1": "L", "LA": "RGBA", "PA": "RGBA"}.get(mode, "RGB")
