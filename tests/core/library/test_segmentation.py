from __future__ import annotations

import numpy as np
import pytest

from treadle.core.library import files, images, segmentation

TWO = np.zeros((8, 10), dtype=bool)
TWO[1:4, 1:4] = True
TWO[4, 4] = True
TWO[5:7, 7:9] = True


@pytest.mark.parametrize("method", ["otsu", "li", "yen", "triangle", "isodata", "mean"])
def test_a_threshold_separates_dark_from_bright(read_only, method):
    image = read_only(np.where(TWO, 200, 10).astype(np.uint8))
    found = segmentation.threshold(image, method)
    assert isinstance(found, float)
    assert segmentation.binary_mask(image, found).tolist() == TWO.tolist()
    assert segmentation.binary_mask(image, found, dark_objects=True).tolist() == (~TWO).tolist()


def test_a_threshold_that_cannot_be_found_says_why():
    with pytest.raises(ValueError, match="no method 'best': choose one of otsu"):
        segmentation.threshold(TWO, "best")
    with pytest.raises(ValueError, match="empty image"):
        segmentation.threshold(np.zeros((0, 3)))


def test_holes_are_filled(read_only):
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    assert segmentation.fill_holes(read_only(np.pad(ring, 1)))[2, 2]


@pytest.mark.parametrize(("operation", "pixels"), [("opening", 5), ("closing", 14), ("erosion", 1), ("dilation", 36)])
def test_a_mask_is_cleaned(read_only, operation, pixels):
    assert segmentation.clean_mask(read_only(TWO), operation).sum() == pixels
    with pytest.raises(ValueError, match="no operation 'wash'"):
        segmentation.clean_mask(TWO, "wash")


def test_regions_are_numbered_without_gaps(read_only):
    labels, number = segmentation.label(read_only(TWO))
    assert number == 2
    assert np.bincount(labels.ravel()).tolist() == [66, 10, 4]
    labels, number = segmentation.label(TWO, 2, diagonals=False)
    assert (number, labels.max(), labels[4, 4]) == (2, 2, 0)
    assert segmentation.label(TWO, min_area=5).number == 1
    assert segmentation.label(np.zeros((3, 3))).number == 0


def test_regions_at_the_border_may_be_dropped():
    touching = TWO.copy()
    touching[0, 1] = True
    assert segmentation.label(touching, clear_border=True).number == 1


def test_regions_are_measured(read_only):
    image = np.zeros(TWO.shape)
    image[6, 8] = 3.0
    labels, _ = segmentation.label(TWO)
    first, second = segmentation.measure(read_only(labels), read_only(image))
    assert (first["area"], first["top"], first["left"], first["height"], first["width"]) == (10, 1, 1, 4, 4)
    assert (first["y"], first["x"]) == pytest.approx((2.2, 2.2))
    assert (second["max brightness"], second["mean brightness"]) == (3.0, 0.75)
    assert (second["bright y"], second["bright x"]) == (6, 8)
    assert "bright y" not in first
    assert "max brightness" not in segmentation.measure(labels)[0]
    assert segmentation.measure(np.zeros((2, 2), dtype=int)) == []


def test_regions_are_measured_in_colours_too():
    labels, _ = segmentation.label(TWO)
    row = segmentation.measure(labels, np.ones((*TWO.shape, 3)))[0]
    assert row["mean brightness"] == [1, 1, 1]


def test_shapes_that_differ_are_named():
    with pytest.raises(ValueError, match=r"labels \(2, 2\) and image \(3, 3\)"):
        segmentation.measure(np.zeros((2, 2), dtype=int), np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"elevation \(2,\) and markers \(3,\)"):
        segmentation.watershed(np.zeros(2), np.zeros(3, dtype=int))


def test_markers_are_what_is_surely_dark_or_bright():
    assert segmentation.markers(np.array([1, 5, 9]), 3, 7).tolist() == [1, 0, 2]
    with pytest.raises(ValueError, match="must be darker"):
        segmentation.markers(TWO, 7, 3)


def test_a_watershed_meets_at_the_ridge_and_stays_in_its_mask(read_only):
    elevation = read_only([[0, 1, 5, 1, 0]])
    sources = read_only(np.array([[1, 0, 0, 0, 2]]))
    flooded = segmentation.watershed(elevation, sources)
    assert flooded[0, [0, 1, 3, 4]].tolist() == [1, 1, 2, 2]
    inside = read_only([[1, 1, 0, 0, 1]])
    assert segmentation.watershed(elevation, sources, inside).tolist() == [[1, 1, 0, 0, 2]]


def test_the_coins_are_counted(read_only):
    coins = read_only(images.read_image(files.package_file("skimage", "data/coins.png")))
    sources = read_only(segmentation.markers(coins, 30, 150))
    flooded = segmentation.watershed(read_only(images.edges(coins)), sources)
    filled = segmentation.fill_holes(segmentation.binary_mask(flooded, 1))
    labels, number = segmentation.label(read_only(filled), min_area=100)
    assert number == 24
    assert sum(row["area"] for row in segmentation.measure(read_only(labels))) == 38_943
