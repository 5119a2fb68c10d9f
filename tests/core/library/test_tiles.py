from __future__ import annotations

import numpy as np
import pytest

from treadle.core.library import tiles


@pytest.mark.parametrize("shape", [(10, 7), (3, 3), (1, 20), (16, 16, 3)])
@pytest.mark.parametrize(("size", "overlap"), [(4, 0), (4, 1), (5, 4), (64, 3)])
def test_tiles_are_put_back_to_the_same_image(read_only, shape, size, overlap):
    image = read_only(np.arange(np.prod(shape)).reshape(shape))
    parts = tiles.split_tiles(image, size, overlap)
    assert np.array_equal(tiles.join_tiles(parts), image)
    corners = [(part["top"], part["left"]) for part in parts]
    assert corners == sorted(set(corners))


def test_no_tile_lies_wholly_inside_the_one_before():
    parts = tiles.split_tiles(np.zeros((1, 10)), 4, 2)
    assert [(part["left"], part["image"].shape[1]) for part in parts] == [(0, 4), (2, 4), (4, 4), (6, 4)]


@pytest.mark.parametrize("overlap", [4, 5, -1])
def test_an_overlap_as_large_as_the_tile_is_refused(overlap):
    with pytest.raises(ValueError, match="must be smaller than the tile"):
        tiles.split_tiles(np.zeros((9, 9)), 4, overlap)


def test_nothing_cannot_be_joined_or_arranged():
    with pytest.raises(ValueError, match="no tiles"):
        tiles.join_tiles([])
    with pytest.raises(ValueError, match="no images"):
        tiles.mosaic([])


def test_a_mosaic_is_a_picture_of_all_kinds_of_images(read_only):
    kinds = [
        np.full((20, 40), 7, dtype=np.uint8),
        np.ones((5, 5), dtype=bool),
        np.zeros((9, 9, 4), dtype=np.uint8),
        np.array([[0, 1], [2, 3]], dtype=np.int32),
        np.array([[np.nan, -5.0], [3.0, np.inf]]),
    ]
    picture = tiles.mosaic([read_only(kind) for kind in kinds], columns=2, tile=10, gap=2)
    assert (picture.shape, picture.dtype) == ((3 * 12 + 2, 2 * 12 + 2, 3), np.uint8)
    assert (picture[0] == 255).all()
    assert picture[2 + 5, 2 + 5].tolist() == [7, 7, 7]


def test_labels_get_colours_that_differ_and_none_is_black():
    picture = tiles.mosaic([np.array([[0, 1], [2, 3]])], tile=8, gap=0)[3:5, 3:5].reshape(-1, 3)
    assert picture[0].tolist() == [0, 0, 0]
    assert len({tuple(colour) for colour in picture.tolist()}) == 4


def test_a_mosaic_is_about_square_if_not_told_otherwise():
    assert tiles.mosaic([np.zeros((3, 3))] * 4, tile=10, gap=0).shape == (20, 20, 3)
