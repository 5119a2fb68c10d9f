"""F18 in the window: a chain of 10,000 nodes and a pipeline of 50,000 are opened while the window goes on."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pipelines import MODULES
from shells import end, program
from whole_windows import Gaps

from treadle.core.document import encode
from treadle.core.pipeline import Connection, Node, Pipeline

MS = 120_000
MOST_WORK = 0.4
"""Seconds of the window's own work between two turns of its events; to open 50,000 nodes at once took 1.4."""


def large(nodes: int, chained: int) -> bytes:
    """Return the file of a pipeline of which each node feeds the one ``chained`` after it."""
    made = Pipeline("large", modules=MODULES)
    for number in range(nodes):
        node = Node(module="demo:add", position=(240.0 * (number // 100), 120.0 * (number % 100)))
        made.nodes[f"n{number}"] = node
        if number >= chained:
            made.connections[f"n{number}.a"] = Connection(f"n{number - chained}.out")
    return encode(made)


@pytest.mark.parametrize(("nodes", "chained"), [(10_000, 1), pytest.param(50_000, 100, marks=pytest.mark.slow)])
def test_a_huge_pipeline_is_opened_while_the_window_goes_on(nodes, chained, qapp, qtbot, tmp_path):
    file = tmp_path / "large.treadle"
    file.write_bytes(large(nodes, chained))
    made = program(tmp_path)
    try:
        made.window.show()
        qtbot.waitExposed(made.window)
        gaps = Gaps()
        made.window.files.open(file)
        qtbot.waitUntil(lambda: made.window.page is not None, timeout=MS)
        qtbot.waitUntil(lambda: made.window.page.canvas.picture is not None and gaps.work > 0, timeout=MS)
        for _ in range(20):
            qapp.processEvents()
        assert len(made.window.page.canvas.board.cards) == nodes
        assert gaps.work < MOST_WORK, gaps.told()
    finally:
        end(made)
