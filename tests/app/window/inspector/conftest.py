"""An inspector of a small pipeline, and runs that tell what a test says."""

from __future__ import annotations

import pytest
from inspecting import SOURCE, settle
from panels import ADD, FILES, LOAD, MODULES, SMOOTH, filled_catalogue

from treadle.app.window.document import Document
from treadle.app.window.inspector.panel import InspectorPanel
from treadle.app.window.inspector.sources import NoRuns
from treadle.app.window.looks import NodeLook
from treadle.app.window.theme.theme import Theme
from treadle.core.describing.source import describe_source
from treadle.core.pipeline import Connection, Each, Node, Pipeline


class OneRun(NoRuns):
    """A run of which a test says how it did."""

    def __init__(self):
        super().__init__()
        self.looks, self.shown, self.lines, self.wanted = {}, {}, {}, []

    def look(self, node):
        return self.looks.get(node, NodeLook())

    def why(self, node):
        return "ipython has no engines" if self.look(node).scheme else ""

    def want_details(self, node):
        self.wanted.append(node)

    def previews(self, node):
        return self.shown.get(node, ())

    def log(self, node):
        return self.lines.get(node, ())


@pytest.fixture
def document(qapp):
    pipeline = Pipeline("demo")
    pipeline.modules = {module.path: module.without_help() for module in MODULES}
    pipeline.modules["scale"] = describe_source(SOURCE, "scale")
    pipeline.nodes = {
        "files": Node(module=FILES.path),
        "load": Node(module=LOAD.path),
        "smooth": Node(module=SMOOTH.path, params={"sigma": 2.0}),
        "smoother": Node(module=SMOOTH.path, params={"sigma": 4.0}),
        "add": Node(module=ADD.path, params={"a": 1.0}),
        "scale": Node(module="scale", params={"x": 3.0}),
    }
    pipeline.connections = {
        "load.path": Connection("files.out", each=Each()),
        "smooth.image": Connection("load.out"),
    }
    return Document(pipeline)


@pytest.fixture
def runs(qapp):
    return OneRun()


@pytest.fixture
def panel(document, runs, tmp_path, qtbot):
    made = InspectorPanel(document, filled_catalogue(tmp_path / "c.json"), runs, Theme("light"))
    qtbot.addWidget(made)
    made.show()
    for section in made.sections.values():
        section.open()
    return made


@pytest.fixture
def shown(panel, qapp):
    def show(*ids, where=()):
        panel.show_nodes(where, ids)
        settle(qapp)
        return panel

    return show
