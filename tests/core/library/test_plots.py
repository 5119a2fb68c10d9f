from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from treadle.core.library import plots


def pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def is_drawn(path):
    return len(np.unique(pixels(path).reshape(-1, 3), axis=0)) > 10


def test_every_plot_is_a_picture_in_the_private_folder(task, read_only):
    numbers = read_only(np.linspace(-1, 1, 30))
    paths = [
        plots.line_plot(numbers, title="T", x_label="x", y_label="y"),
        plots.scatter_plot(numbers, numbers**2),
        plots.histogram_plot(read_only([[1, 2], [2, np.nan]])),
        plots.image_plot(read_only(np.eye(5)), points=[(1, 2)], first_row_below=True),
        plots.heat_map(read_only(np.eye(2)), ["a", "b"], ["c", "d"]),
    ]
    assert all(path.parent == task.scratch() and is_drawn(path) for path in paths)
    assert len(set(paths)) == len(paths)


def test_the_same_numbers_give_the_same_file():
    assert plots.line_plot([1, 2]).read_bytes() == plots.line_plot([1, 2]).read_bytes()


def test_pyplot_and_its_global_state_are_not_used():
    code = "import sys; from treadle.core.library.plots import heat_map; heat_map([[1]], ['a'], ['b'])"
    check = "sys.exit('matplotlib.pyplot' in sys.modules or 'matplotlib' not in sys.modules)"
    subprocess.run([sys.executable, "-c", f"{code}; {check}"], check=True)


def test_threads_draw_side_by_side():
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda n: plots.line_plot([0, n]).read_bytes(), [1, 2, 3, 1]))
    assert drawn[0] == drawn[3] != drawn[1] != drawn[2]


def test_several_lines_and_empty_plots_are_drawn():
    assert is_drawn(plots.line_plot([[1, 2], [2, 1]], [0, 5]))
    assert plots.line_plot([]).exists()
    assert plots.histogram_plot([]).exists()
    assert plots.image_plot(np.zeros((4, 4, 3)), points=[]).exists()


def test_dollars_and_missing_fields_do_no_harm():
    values = [[1, float("nan")]]
    assert is_drawn(plots.heat_map(values, ["$_{"], ["a$b", "\\frac"], title="$x_$"))


def test_places_to_circle_are_pairs_or_rows_of_a_table():
    by_pair = plots.image_plot(np.eye(9), points=[(2, 5)]).read_bytes()
    by_row = plots.image_plot(np.eye(9), points=[{"label": 1, "y": 2.0, "x": 5.0}]).read_bytes()
    assert by_pair == by_row != plots.image_plot(np.eye(9)).read_bytes()
    with pytest.raises(KeyError, match="the columns y and x, and this row has label"):
        plots.image_plot(np.eye(9), points=[{"label": 1}])


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="1 places for 2 heights"):
        plots.scatter_plot([1], [1, 2])
    with pytest.raises(ValueError, match=r"not the shape \(3,\)"):
        plots.image_plot(np.zeros(3))
    with pytest.raises(ValueError, match=r"1 × 1 names do not fit a matrix of shape \(1, 2\)"):
        plots.heat_map([[1, 2]], ["a"], ["b"])
