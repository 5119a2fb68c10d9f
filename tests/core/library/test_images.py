from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from treadle.core.library import images

SQUARE = np.zeros((9, 9), dtype=np.uint8)
SQUARE[3:6, 3:6] = 200


@pytest.mark.parametrize(
    ("mode", "shape", "dtype"),
    [
        ("L", (2, 3), "uint8"),
        ("1", (2, 3), "uint8"),
        ("RGB", (2, 3, 3), "uint8"),
        ("RGBA", (2, 3, 4), "uint8"),
        ("P", (2, 3, 3), "uint8"),
        ("LA", (2, 3, 4), "uint8"),
        ("I;16", (2, 3), "uint16"),
    ],
)
def test_images_of_every_kind_become_numbers_that_mean_brightness(tmp_path, mode, shape, dtype):
    Image.new(mode, (3, 2), 1 if mode == "1" else None).save(tmp_path / "a.png")
    image = images.read_image(tmp_path / "a.png")
    assert (image.shape, image.dtype) == (shape, dtype)
    assert image.flags.writeable


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "a.png").write_text("not an image")
    with pytest.raises(ValueError, match=r"cannot read the image .*a\.png: cannot identify"):
        images.read_image(tmp_path / "a.png")
    with pytest.raises(FileNotFoundError, match=r"no image file .*b\.png"):
        images.read_image(tmp_path / "b.png")


def test_half_an_image_is_named_too(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (50, 50)).astype("uint8")
    images.write_image(noise, tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="cannot read the image"):
        images.read_image(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.array([[0, 255]], dtype=np.uint8), [[0, 255]]),
        (np.array([[True, False]]), [[255, 0]]),
        (np.array([[0.0, 0.5, 1]]), [[0, 128, 255]]),
        (np.array([[0, 200]]), [[0, 200]]),
    ],
)
def test_an_image_is_written_as_bytes_and_read_back(tmp_path, pixels, expected):
    path = images.write_image(pixels, tmp_path / "new" / "a.png")
    assert images.read_image(path).tolist() == expected


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"no image format has the suffix '\.xyz'"):
        images.write_image(SQUARE, tmp_path / "a.xyz")
    for pixels in (np.array([[0, 300]]), np.array([[-0.1, 1]]), np.array([[np.nan]])):
        with pytest.raises(ValueError, match="lies outside 0"):
            images.write_image(pixels, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_colours_become_brightness():
    colours = np.zeros((1, 2, 4), dtype=np.uint8)
    colours[0, 1] = (255, 255, 255, 0)
    assert images.to_grey(colours)[0].tolist() == pytest.approx([0, 1])
    assert images.to_grey(SQUARE).tolist() == SQUARE.tolist()
    with pytest.raises(ValueError, match="not \\(2, 2, 7\\)"):
        images.to_grey(np.zeros((2, 2, 7)))


def test_smoothing_spreads_the_light_and_keeps_its_sum(read_only):
    smooth = images.smooth(read_only(SQUARE), 1.0)
    assert smooth.sum() == pytest.approx(SQUARE.sum(), rel=0.02)
    assert smooth.max() < 200
    assert images.smooth(SQUARE, 1.0, keep_range=False).max() < 1


def test_colours_are_smoothed_one_by_one():
    colours = np.zeros((5, 5, 3))
    colours[..., 0] = 1
    assert np.allclose(images.smooth(colours, 2.0), colours)


def test_a_median_filter_removes_a_speck(read_only):
    speck = np.zeros((5, 5), dtype=np.uint8)
    speck[2, 2] = 255
    assert images.median(read_only(speck)).max() == 0


@pytest.mark.parametrize("method", ["sobel", "scharr", "prewitt", "roberts"])
def test_edges_are_where_brightness_changes(read_only, method):
    edges = images.edges(read_only(SQUARE), method)
    assert edges[4, 4] == pytest.approx(0, abs=1e-12)
    assert edges[2:4, 2:4].max() > 0.1


def test_edges_of_colours_say_what_to_do():
    with pytest.raises(ValueError, match="use To grey"):
        images.edges(np.zeros((4, 4, 3)))
    with pytest.raises(ValueError, match="no method 'canny'"):
        images.edges(SQUARE, "canny")


def test_resizing_keeps_the_kind_of_number(read_only):
    resized = images.resize(read_only(SQUARE), 18, 6)
    assert (resized.shape, resized.dtype) == ((18, 6), np.uint8)
    assert images.resize(SQUARE > 0, 3, 3).dtype == bool
    assert images.resize(np.zeros((4, 4, 3)), 2, 2).shape == (2, 2, 3)


def test_a_crop_ends_at_the_border(read_only):
    assert images.crop(read_only(SQUARE), 4, 4, 100, 2).shape == (5, 2)
    with pytest.raises(ValueError, match=r"\(9, 0\) lies outside the image of \(9, 9\)"):
        images.crop(SQUARE, 9)


def test_contrast_is_spread_between_percentiles(read_only):
    spread = images.adjust_contrast(read_only(np.arange(101.0)), 10, 90)
    assert (spread[10], spread[50], spread[90], spread[100]) == pytest.approx((0, 0.5, 1, 1))
    assert images.adjust_contrast(np.ones((2, 2))).max() == 0
    with pytest.raises(ValueError, match="must be below"):
        images.adjust_contrast(SQUARE, 50, 50)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("quarter left", [[2, 4], [1, 3]]),
        ("quarter right", [[3, 1], [4, 2]]),
        ("half", [[4, 3], [2, 1]]),
        ("mirror left-right", [[2, 1], [4, 3]]),
        ("mirror top-bottom", [[3, 4], [1, 2]]),
    ],
)
def test_images_are_turned(read_only, how, expected):
    assert images.turn(read_only([[1, 2], [3, 4]]), how).tolist() == expected
