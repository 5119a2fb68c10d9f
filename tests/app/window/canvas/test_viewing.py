"""Fitting shows all that is asked for, with a margin, and nothing of it under what lies over the canvas."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from treadle import Pipeline
from treadle.app.window.canvas.camera import LEAST_MARGIN, Camera
from treadle.app.window.canvas.measures import FAR_BELOW, FEW_CARDS

WIDE = (60.0, 60.0, 2408.0, 788.0)


def place(pipeline, name, x, y):
    pipeline.add("operator:neg", id=name, a=1)
    pipeline.nodes[name] = replace(pipeline.nodes[name], position=(float(x), float(y)))


def row_of(count, step=280):
    made = Pipeline("row")
    for number in range(count):
        place(made, f"n{number}", number * step, 0)
    return made


@pytest.mark.parametrize("size", [(739, 381), (300, 900), (2000, 160), (1600, 1000)])
@pytest.mark.parametrize("covered", [(0.0, 0.0, 0.0, 0.0), (10.0, 40.0, 0.0, 0.0), (0.0, 0.0, 60.0, 30.0)])
def test_what_is_fitted_has_a_margin_within_what_is_not_covered(size, covered):
    camera = Camera()
    camera.fit(WIDE, *size, covered=covered)
    left, top = camera.to_view(WIDE[0], WIDE[1])
    right, bottom = camera.to_view(WIDE[0] + WIDE[2], WIDE[1] + WIDE[3])
    assert left >= covered[0] + LEAST_MARGIN - 1e-6
    assert top >= covered[1] + LEAST_MARGIN - 1e-6
    assert right <= size[0] - covered[2] - LEAST_MARGIN + 1e-6
    assert bottom <= size[1] - covered[3] - LEAST_MARGIN + 1e-6
    assert left - covered[0] == pytest.approx(size[0] - covered[2] - right)


def test_a_wide_pipeline_is_shown_whole_and_with_its_titles(make_canvas):
    canvas = make_canvas(row_of(9))
    canvas.resize(739, 381)
    canvas.do.fit()
    assert len(canvas.nodes_seen()) == 9
    left, _, right, _ = canvas.seen()
    assert left < 0
    assert right > 8 * 280 + canvas.board.cards["n8"].width
    assert canvas.board.far_below < canvas.camera.scale < FAR_BELOW


def test_of_many_cards_no_titles_are_painted_from_afar(make_canvas):
    assert make_canvas(row_of(FEW_CARDS + 1)).board.far_below == FAR_BELOW


@pytest.mark.parametrize("height", [400, 800])
def test_what_is_selected_is_not_fitted_under_the_map(make_canvas, height):
    canvas = make_canvas(row_of(12))
    canvas.resize(1200, height)
    canvas.overlays.map.redraw()
    canvas.selection = ("n8", "n9", "n10", "n11")
    canvas.do.fit_selection()
    place = canvas.overlays.map
    assert place.isVisible()
    for name in canvas.selection:
        box = canvas.card_box(name)
        x, y = canvas.camera.to_view(box.right(), box.bottom())
        assert x < place.x() or y < place.y()


def test_in_a_group_nothing_is_fitted_under_the_breadcrumbs(make_canvas):
    made = Pipeline("grouped")
    for number in range(6):
        place(made, f"n{number}", 0, number * 140)
    canvas = make_canvas(made)
    canvas.do.select_all()
    canvas.do.group()
    (group,) = canvas.board.cards
    canvas.do.open(group)
    canvas.do.fit()
    crumbs = canvas.overlays.breadcrumbs
    assert crumbs.isVisible()
    _, top = canvas.camera.to_view(0, min(canvas.card_box(name).top() for name in canvas.board.cards))
    assert top > crumbs.geometry().bottom()
