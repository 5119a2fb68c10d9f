from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from treadle.core.library import (
    arithmetic,
    arrays,
    astronomy,
    files,
    segmentation,
    statistics,
    tables,
    tiles,
)

MAP = ("astropy", "modeling/tests/data/1904-66_AZP.fits")


@pytest.fixture(scope="module")
def sky():
    return astronomy.read_fits(files.package_file(*MAP))


def test_a_map_is_read_with_its_header_and_unit(sky):
    assert (sky.image.shape, sky.image.dtype, sky.unit) == ((192, 192), np.float64, "JY/BEAM")
    assert "Parkes Multibeam" in sky.header
    assert arrays.position_of_largest(sky.image) == [186, 116]


def test_what_is_no_map_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no FITS file"):
        astronomy.read_fits(tmp_path / "a.fits")
    (tmp_path / "a.fits").write_text("no")
    with pytest.raises(ValueError, match=r"cannot read part 0 of the FITS file .*a\.fits"):
        astronomy.read_fits(tmp_path / "a.fits")
    fits.PrimaryHDU().writeto(tmp_path / "b.fits")
    with pytest.raises(ValueError, match="is no image: try another part"):
        astronomy.read_fits(tmp_path / "b.fits")
    with pytest.raises(ValueError, match="cannot read part 3"):
        astronomy.read_fits(tmp_path / "b.fits", 3)


def test_a_tile_keeps_its_place_and_blank_pixels_are_not_detected(read_only):
    tile = {"image": read_only([[1.0, 9.0, np.nan]]), "top": 5, "left": 7}
    found = astronomy.detect(tile, background=1, noise=1.5)
    assert found.pop("image").tolist() == [[False, True, False]]
    assert found == {"top": 5, "left": 7}


def test_a_header_without_a_sky_is_refused():
    with pytest.raises(ValueError, match="where on the sky"):
        astronomy.sky_positions([{"x": 1, "y": 1}], fits.Header().tostring(sep="\n"))


def test_the_sources_of_a_real_map(sky, read_only):
    image = read_only(sky.image)
    background, noise = statistics.robust_noise(image)
    assert noise == pytest.approx(0.05319186, rel=1e-6)
    found = [astronomy.detect(tile, background, noise) for tile in tiles.split_tiles(image, 64, 16)]
    labels, number = segmentation.label(tiles.join_tiles(found), min_area=5)
    assert number == 44
    measured = segmentation.measure(read_only(labels), arithmetic.replace_missing(image))
    placed = astronomy.sky_positions(measured, sky.header, "bright y", "bright x")
    far = astronomy.sky_distances(placed, "19h39m25.03s", "-63d42m45.6s")
    brightest = tables.sort_rows(far, ["max brightness"], descending=True)[0]
    assert brightest["max brightness"] == pytest.approx(13.5758610, rel=1e-7)
    assert brightest["ra"].startswith("19h39m2")
    assert brightest["dec"].startswith("-63d43m")
    assert brightest["distance"] < 1
