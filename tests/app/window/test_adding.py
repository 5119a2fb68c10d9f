from __future__ import annotations

import pytest
from panels import ADD, MODULES, SMOOTH
from PyQt6.QtCore import QPointF
from shells import adding, end, program

from treadle.app.window.canvas.finding import PortAt
from treadle.core import protocol as p
from treadle.core.document import encode
from treadle.core.modules import Module, Port


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.documents.new(adding())
    made.catalogue.start()
    for kind, reply, _facts in made.bridge.asked:
        if kind is p.ListModules:
            reply(p.ModuleList(modules=(*MODULES, READ_IMAGE)))
    made.window.show()
    yield made
    end(made)


READ_IMAGE = Module(
    path="treadle.core.library.images:read_image",
    inputs=(Port(name="path", type="pathlib.Path"),),
    outputs=(Port(name="out", type="numpy.ndarray"),),
)


def nodes(whole):
    return whole.window.document.pipeline.nodes


def test_a_module_from_the_palette_comes_to_the_middle_and_is_selected(whole):
    whole.window.rooms.palette.place_requested.emit(SMOOTH.path)
    assert nodes(whole)["smooth"].module == SMOOTH.path
    assert whole.window.page.selection == ["smooth"]


def test_what_was_searched_from_a_port_is_placed_and_connected_in_one_step(whole):
    document = whole.window.document
    before = encode(document.pipeline)
    port = PortAt("second", "out", "out")
    page = whole.window.page
    page.adding._place(ADD, QPointF(600, 0), port, page.adding._port(port))
    placed = document.pipeline.connections["add.a"]
    assert placed.source == "second.out"
    document.undo()
    assert encode(document.pipeline) == before


def test_a_file_that_is_dropped_becomes_a_node_that_reads_it(whole):
    whole.window.page.canvas.file_dropped.emit("/data/brain.png", QPointF(10, 20))
    (made,) = (node for node in nodes(whole).values() if node.module == READ_IMAGE.path)
    assert made.params == {"path": "/data/brain.png"}


def test_a_module_that_nobody_knows_is_asked_of_the_runner(whole):
    whole.window.page.adding.place_path("statistics:mean", QPointF(0, 0))
    kind, reply, facts = whole.bridge.asked[-1]
    assert kind is p.DescribeFunctions
    assert facts["paths"] == ("statistics:mean",)
    mean = Module(path="statistics:mean", inputs=(Port(name="data"),), outputs=(Port(name="out"),))
    reply(p.Descriptions(found=(p.Description(path="statistics:mean", module=mean),)))
    assert nodes(whole)["mean"].module == "statistics:mean"


def test_what_is_selected_in_the_outline_is_selected_everywhere(whole):
    whole.window.rooms.outline.selection_changed.emit((), ("second",))
    assert whole.window.page.selection == ["second"]
    assert whole.window.rooms.inspector.selected == ("second",)
    whole.window.page.canvas.selection = {"first"}
    assert whole.window.rooms.outline.ids == ("first",)
