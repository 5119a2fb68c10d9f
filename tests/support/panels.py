"""What panels of the window need in tests: a runner that answers when told, modules, and pictures to look at."""

from __future__ import annotations

from treadle.app.window.catalogue import Catalogue
from treadle.core import protocol as p
from treadle.core.modules import Module, Port

SMOOTH = Module(
    path="treadle.core.library.images:smooth",
    title="Smooth",
    category="Images",
    help="Smooth an image with a Gaussian.",
    inputs=(
        Port(name="image", type="numpy.ndarray", help="the image."),
        Port(name="sigma", type="float", optional=True, default=1.0, low=0.0, high=50.0, unit="px", help="the width."),
        Port(name="keep_range", type="bool", optional=True, default=True),
    ),
    outputs=(Port(name="out", type="numpy.ndarray"),),
)
LOAD = Module(
    path="treadle.core.library.images:load_image",
    title="Load image",
    category="Images",
    help="Read an image file.",
    inputs=(Port(name="path", type="pathlib.Path"),),
    outputs=(Port(name="out", type="numpy.ndarray"),),
)
FILES = Module(
    path="treadle.core.library.files:find_files",
    title="Find files",
    category="Files",
    help="List the files of a folder that match a pattern.",
    inputs=(Port(name="folder", type="pathlib.Path"), Port(name="pattern", type="str", optional=True, default="*")),
    outputs=(Port(name="out", type="list[pathlib.Path]"),),
)
ADD = Module(
    path="operator:add",
    title="Add",
    category="Arithmetic",
    inputs=(Port(name="a", type="float"), Port(name="b", type="float")),
    outputs=(Port(name="out", type="float"),),
)
MODULES = (SMOOTH, LOAD, FILES, ADD)


class SlowRunner:
    """Takes what is asked and answers when the test says so."""

    def __init__(self) -> None:
        self.asked = []

    def ask(self, kind, reply, **facts):
        self.asked.append((kind, reply, facts))

    def answer(self, value):
        """Answer the oldest question."""
        _, reply, _ = self.asked.pop(0)
        reply(value)


def filled_catalogue(file, modules=MODULES, broken=()):
    """Return a catalogue that the runner has filled."""
    runner = SlowRunner()
    catalogue = Catalogue(runner, file)
    catalogue.start()
    runner.answer(p.ModuleList(modules=modules, broken=broken))
    return catalogue
