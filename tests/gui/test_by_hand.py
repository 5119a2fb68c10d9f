"""A person's first pipeline, with a real pointer and real keys: placed, connected, set, run, undone, saved."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

NUMBER, ADD = "treadle.core.library.values:number", "treadle.core.library.arithmetic:add"


class Person:
    """What a person does to the window, each deed followed by a look whether it was done."""

    def __init__(self, screen, window) -> None:
        self.screen, self.window = screen, window

    def is_there(self) -> None:
        self.window.wait("app.activeWindow() is window and page is not None")
        self.window.wait("program.catalogue.state == 'ready' and window.rooms.palette.model.rowCount() > 3")

    def place(self, path: str, word: str, x: float, y: float) -> str:
        """Drag a module from the palette to the canvas; return its node."""
        window = self.window
        self.screen.click(*window.ask("eye.named('Search modules')"), times=3)
        self.screen.type(word)
        # Until the last letter is there, the modules are others, in other places.
        window.wait(f"window.rooms.palette.field.text() == {word!r}")
        start = window.wait(f"eye.module({path!r})")
        before = window.ask("list(document.pipeline.nodes)")
        self.screen.drag(start, window.ask(f"eye.canvas({x}, {y})"))
        window.wait(f"len(document.pipeline.nodes) == {len(before) + 1}")
        return (set(window.ask("list(document.pipeline.nodes)")) - set(before)).pop()

    def connect(self, source: str, out: str, target: str, port: str) -> None:
        window = self.window
        ends = window.ask(f"eye.port({source!r}, 'out', {out!r})"), window.ask(f"eye.port({target!r}, 'in', {port!r})")
        self.screen.drag(*ends)
        window.wait(f"'{target}.{port}' in document.pipeline.connections")

    def set(self, node: str, port: str, text: str) -> None:
        """Select a node and type a value into the inspector."""
        window = self.window
        self.screen.click(*window.ask(f"eye.card({node!r})"))
        window.wait(f"list(page.selection) == [{node!r}]")
        self.screen.click(*window.wait(f"eye.named({port!r})"))
        self.screen.key("ctrl+a")
        self.screen.type(text)
        self.screen.key("Tab")
        window.wait(f"document.pipeline.nodes[{node!r}].params.get({port!r}) == {text}")

    def save_as(self, path) -> None:
        # The dialog comes from the window's own widgets; its field of names has the keys when it opens.
        self.screen.key("ctrl+shift+s")
        self.window.wait("isinstance(app.activeModalWidget() or app.activeWindow(), QFileDialog)")
        self.screen.key("ctrl+a")
        self.screen.type(str(path))
        self.screen.key("Return")
        self.window.wait(f"str(document.file) == {str(path)!r} and not document.modified")


@pytest.fixture
def person(screen, open_window):
    window = open_window()
    window.wait("program.bridge.state == 'idle' and app.activeWindow() is window")
    screen.key("ctrl+n")
    person = Person(screen, window)
    person.is_there()
    return person


def test_a_first_pipeline_is_made_run_and_undone_with_a_real_pointer_and_keys(person, screen, tmp_path):
    window = person.window
    file = tmp_path / "mine.treadle"
    person.save_as(file)
    empty = file.read_bytes()

    number = person.place(NUMBER, "number", 0.25, 0.4)
    add = person.place(ADD, "add", 0.65, 0.4)
    person.connect(number, "out", add, "first")
    person.set(number, "value", "41.5")
    person.set(add, "second", "0.5")

    screen.click(*window.ask("eye.tool('run.start')"))
    window.wait("page.runs.record is not None and page.runs.record.over")
    assert window.ask("page.runs.record.counts()") == {"succeeded": 2}
    screen.click(*window.ask(f"eye.card({add!r})"))
    window.wait("'42.0' in eye.words()")

    screen.click(*window.ask("eye.canvas(0.5, 0.9)"))
    for _ in range(30):
        if not window.ask("bool(document.undo_label)"):
            break
        label = window.ask("document.undo_label, len(document._undo)")
        screen.key("ctrl+z")
        window.wait(f"[document.undo_label, len(document._undo)] != {label!r}")
    assert window.ask("len(document.pipeline.nodes)") == 0
    screen.key("ctrl+s")
    window.wait("not document.modified")
    assert file.read_bytes() == empty
    screen.key("ctrl+q")
    assert window.ends() == 0
    assert window.told() == ""


def test_a_letter_in_an_open_menu_is_for_the_menu_and_not_for_the_nodes_that_are_selected(person, screen):
    window = person.window
    number = person.place(NUMBER, "number", 0.4, 0.4)
    screen.click(*window.ask(f"eye.card({number!r})"))
    window.wait(f"list(page.selection) == [{number!r}] and page.canvas.hasFocus()")
    screen.key("alt+c")
    window.wait("type(app.activePopupWidget()).__name__ == 'QMenu'")
    # D is *Disable* on the canvas, and *Request cluster shutdown* in this menu.
    screen.key("d")
    window.wait("type(app.activeWindow()).__name__ == 'ShutDownDialog'")
    assert window.ask(f"document.pipeline.nodes[{number!r}].mode") == "normal"
    screen.key("Escape")
    window.wait("app.activeWindow() is window")
