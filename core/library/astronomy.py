"""Modules for images of the sky: FITS files, detection in tiles, and positions on the sky."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..worker import Range, Schemes, Unit, module
from .optional import need
from .tables import check_column

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)


class SkyImage(NamedTuple):
    """An image of the sky: its pixels, the header of its file as text, and what the pixels measure."""

    image: np.ndarray
    header: str
    unit: str


@module(title="Read FITS", category="Astronomy", schemes=ANYWHERE)
def read_fits(path: Path, extension: Annotated[int, Range(0, None)] = 0) -> SkyImage:
    """Read an image from a FITS file, in which pixels without a measurement are not a number.

    Args:
        path: the file.
        extension: which part of the file to read; 0 is the first.
    """
    import numpy as np

    fits = need("astropy.io.fits", "reading FITS files")
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no FITS file {path}")
    try:
        with fits.open(path, memmap=False) as parts:
            part = parts[extension]
            data, header = part.data, part.header
    except (OSError, IndexError, ValueError) as error:
        raise ValueError(f"cannot read part {extension} of the FITS file {path}: {error}") from error
    if data is None or data.dtype.names:
        raise ValueError(f"part {extension} of {path} is no image: try another part")
    unit = str(header.get("BUNIT", "")).strip()
    return SkyImage(np.array(data, dtype=float), header.tostring(sep="\n"), unit)


@module(title="Detect in a tile", category="Astronomy", schemes=ANYWHERE)
def detect(
    tile: dict[str, Any],
    background: float = 0.0,
    noise: float = 1.0,
    threshold: Annotated[float, Range(0.0, None), Unit("σ")] = 5.0,
) -> dict[str, Any]:
    """Mark the pixels of a tile that stand out of the noise; where the tile lies is kept.

    Args:
        tile: a part of an image, from Split into tiles.
        background: the level of the empty sky.
        noise: the standard deviation of the empty sky.
        threshold: how many deviations above the background a pixel must be.
    """
    import numpy as np

    return tile | {"image": np.asarray(tile["image"]) - background > threshold * noise}


@module(title="Positions on the sky", category="Astronomy", schemes=ANYWHERE)
def sky_positions(table: list[dict[str, Any]], header: str, y: str = "y", x: str = "x") -> list[dict[str, Any]]:
    """Add the position on the sky to each row: degrees as numbers, and right ascension, declination as text.

    Args:
        table: the objects.
        header: the header of the image in which they were found.
        y: the column with their rows in the image.
        x: the column with their columns in the image.
    """
    for name in (y, x):
        check_column(table, name)
    fits = need("astropy.io.fits", "positions on the sky")
    wcs = need("astropy.wcs", "positions on the sky")
    # Without fixing old headers, as the warnings about that could only be silenced for all threads at once.
    world = wcs.WCS(fits.Header.fromstring(header, sep="\n"), fix=False).celestial
    if not world.has_celestial:
        raise ValueError("the header does not say where on the sky the image lies")
    places = world.pixel_to_world([row[x] for row in table], [row[y] for row in table])
    return [row | _position(place) for row, place in zip(table, places, strict=True)]


@module(title="Distance on the sky", category="Astronomy", schemes=ANYWHERE)
def sky_distances(table: list[dict[str, Any]], ra: str, dec: str, name: str = "distance") -> list[dict[str, Any]]:
    """Add the distance of each row from one place on the sky, in minutes of arc.

    Args:
        table: objects with the columns of Positions on the sky.
        ra: the right ascension of the place, such as ``19h39m25.03s``.
        dec: its declination, such as ``-63d42m45.6s``.
        name: the column for the distances.
    """
    for column in ("ra_deg", "dec_deg"):
        check_column(table, column)
    coordinates = need("astropy.coordinates", "distances on the sky")
    place = coordinates.SkyCoord(ra, dec)
    degrees = [[row[column] for row in table] for column in ("ra_deg", "dec_deg")]
    far = coordinates.SkyCoord(*degrees, unit="deg").separation(place).arcmin
    return [row | {name: float(distance)} for row, distance in zip(table, far, strict=True)]


def _position(place: Any) -> dict[str, Any]:
    """Return the columns for one place on the sky."""
    return {
        "ra_deg": float(place.ra.deg),
        "dec_deg": float(place.dec.deg),
        "ra": str(place.ra.to_string(unit="hourangle", sep="hms", precision=1, pad=True)),
        "dec": str(place.dec.to_string(unit="deg", sep="dms", precision=0, pad=True, alwayssign=True)),
    }
