"""Pictures of values: small, quick, of a sample of what is large, and only of what can be seen."""

from __future__ import annotations

import base64
import io
import math
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from treadle.core.worker import thumbnail as made
from treadle.core.worker.preview import preview
from treadle.core.worker.thumbnail import LEAST_SIDE, MOST_BYTES, SIDE, thumbnail

PNG = "data:image/png;base64,"


def pixels(url: str) -> np.ndarray:
    images = pytest.importorskip("PIL.Image")
    assert url.startswith(PNG)
    with images.open(io.BytesIO(base64.b64decode(url.removeprefix(PNG)))) as image:
        return np.asarray(image)


def ramp(height: int, width: int) -> np.ndarray:
    return np.broadcast_to(np.linspace(-3.0, 5.0, width), (height, width))


def test_an_array_is_drawn_from_its_least_number_to_its_greatest() -> None:
    shown = pixels(thumbnail(ramp(20, 40)))
    assert shown.shape == (20, 40)
    assert (shown[:, 0] == 0).all()
    assert (shown[:, -1] == 255).all()
    assert (np.diff(shown[0].astype(int)) > 0).all()


def test_a_few_extreme_numbers_do_not_hide_the_others() -> None:
    image = np.array(ramp(100, 100))
    image[3, 4] = 1e9
    assert pixels(thumbnail(image)).std() > 60


@pytest.mark.parametrize("shape", [(1000, 4000), (4000, 1000), (161, 161), (5000, 9)])
def test_no_picture_is_larger_than_its_limit(shape: tuple[int, int]) -> None:
    shown = pixels(thumbnail(np.random.default_rng(1).normal(size=shape)))
    assert max(shown.shape) <= SIDE
    assert min(shown.shape) >= LEAST_SIDE


@pytest.mark.parametrize("kind", ["uint8", "float64"])
def test_noise_in_colours_becomes_smaller_until_it_fits(kind: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 600, 3)).astype(kind)
    url = thumbnail(noise / 255.0 if kind == "float64" else noise)
    assert len(base64.b64decode(url.removeprefix(PNG))) <= MOST_BYTES
    assert pixels(url).shape[-1] == 3


def test_of_a_large_array_a_sample_is_read_in_little_time_and_memory() -> None:
    large = np.broadcast_to(np.arange(60_000, dtype=np.float64), (60_000, 60_000))
    tracemalloc.start()
    began = time.thread_time()
    shown = thumbnail(large)
    took = time.thread_time() - began
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shown
    assert most < 4_000_000
    assert took < 0.5


def test_of_a_volume_the_middle_plane_of_the_shortest_axis_is_drawn() -> None:
    volume = np.zeros((30, 5, 40))
    volume[:, 2] = ramp(30, 40)
    assert pixels(thumbnail(volume))[0, -1] == 255
    series = np.zeros((30, 40, 9, 4))
    series[:, :, 4, 2] = ramp(30, 40)
    assert pixels(thumbnail(series)).shape == (30, 40)


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((0, 20)),
        np.zeros((20, LEAST_SIDE - 1)),
        np.zeros(10_000),
        np.zeros((20, 20), complex),
        np.full((20, 20), "word"),
        np.array(5.0),
        "text",
        [np.zeros((20, 20))],
        object(),
    ],
)
def test_what_is_no_image_has_no_picture(value: Any) -> None:
    assert thumbnail(value) == ""
    assert "picture" not in preview(value, picture=True)


@pytest.mark.parametrize("value", [np.full((20, 20), np.nan), np.full((20, 20), 7), np.full((20, 20), math.inf)])
def test_an_image_of_one_number_or_of_none_is_drawn_without_a_warning(value: np.ndarray) -> None:
    assert len(np.unique(pixels(thumbnail(value)))) == 1


def test_a_brain_image_is_shown_by_its_middle_plane_with_the_front_on_top() -> None:
    nibabel = pytest.importorskip("nibabel")
    data = np.zeros((20, 30, 9, 2))
    data[10, 25, 4, 0] = 1.0
    data[0, 0, 4, 1] = 9.0
    shown = pixels(thumbnail(nibabel.Nifti1Image(data, np.eye(4))))
    assert shown.shape == (30, 20)
    assert np.argwhere(shown == 255).tolist() == [[4, 10]]


def test_an_image_of_the_sky_has_its_first_row_at_the_bottom() -> None:
    fits = pytest.importorskip("astropy.io.fits")
    data = np.zeros((20, 30))
    data[0] = 1.0
    parts = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(data)])
    for one in (parts, parts[1]):
        shown = pixels(thumbnail(one))
        assert (shown[-1] == 255).all()
        assert not shown[:-1].any()
    assert thumbnail(parts[0]) == ""


def test_a_figure_is_drawn_once_more_and_small() -> None:
    figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure(figsize=(7, 4.5))
    figure.add_subplot().plot([1, 2, 3])
    assert pixels(thumbnail(figure)).shape[:2] == (102, 160)
    assert figure.dpi == 100
    figure.axes[0].plot(np.zeros(made.MOST_DRAWN))
    assert thumbnail(figure) == ""


def test_words_are_not_drawn_where_a_secret_has_to_be_covered(tmp_path) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    hidden = preview(figures.Figure(), lambda text: text, picture=True)
    assert "picture" not in hidden
    assert "picture" in preview(np.array(ramp(20, 20)), lambda text: text, picture=True)


def test_a_small_image_in_a_file_is_shown_as_it_is(tmp_path) -> None:
    drawing = tmp_path / "chart.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    url = preview(drawing, picture=True)["picture"]
    assert base64.b64decode(url.removeprefix("data:image/svg+xml;base64,")) == drawing.read_bytes()
    picture = tmp_path / "image.png"
    picture.write_bytes(made.png(np.zeros((30, 50), np.uint8)))
    assert pixels(thumbnail(picture)).shape[:2] == (30, 50)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("long.svg", b"<svg>" + b" " * MOST_BYTES),
        ("entities.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>'),
        ("text.svg", b"none"),
        ("text.png", b"none"),
        ("huge.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\xff\xff\0\xff\xff\xff\x08\0\0\0\0"),
        ("data.csv", b"1,2"),
    ],
)
def test_a_file_that_is_no_modest_image_is_not_shown(tmp_path, monkeypatch, name: str, content: bytes) -> None:
    monkeypatch.delitem(made.sys.modules, "PIL.Image", raising=False)
    file = tmp_path / name
    file.write_bytes(content)
    assert "picture" not in preview(file, picture=True)


def test_a_value_whose_library_fails_has_a_preview_without_a_picture() -> None:
    broken = type("Figure", (), {"__module__": "matplotlib.figure", "axes": [None]})()
    with pytest.raises(AttributeError):
        thumbnail(broken)
    assert preview(broken, picture=True) == {"type": "matplotlib.figure.Figure", "text": "Figure()"}
