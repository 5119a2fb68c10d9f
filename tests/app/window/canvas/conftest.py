"""A canvas that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from canvas_pipeline import Hand, small

from treadle.app.window.canvas.view import CanvasView
from treadle.app.window.document import Document
from treadle.core.document import encode

if TYPE_CHECKING:
    from treadle.core.pipeline import Pipeline


@pytest.fixture
def make_canvas(qtbot, theme):
    def make(pipeline: Pipeline, **facts) -> CanvasView:
        canvas = CanvasView(Document(pipeline), theme, **facts)
        qtbot.addWidget(canvas)
        canvas.resize(1200, 800)
        canvas.show()
        canvas.setFocus()
        canvas.do.fit()
        return canvas

    return make


@pytest.fixture
def canvas(make_canvas):
    return make_canvas(small())


@pytest.fixture
def hand(canvas):
    return Hand(canvas)


@pytest.fixture
def unchanged(canvas):
    """Undo all, and say whether that gives the bytes there were."""
    before = encode(canvas.document.pipeline)

    def check() -> bool:
        while canvas.document.undo_label:
            canvas.document.undo()
        return encode(canvas.document.pipeline) == before

    return check
