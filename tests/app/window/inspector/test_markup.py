from __future__ import annotations

import pytest

from treadle.app.window.inspector.help import HelpView
from treadle.app.window.inspector.markup import MOST, inline, rich
from treadle.app.window.theme.theme import Theme
from treadle.core.modules import Module, Port


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a *word* and **more**", "a <i>word</i> and <b>more</b>"),
        ("``x_1`` and `y`", "<code>x_1</code> and <code>y</code>"),
        (":func:`~numpy.sum` of", "<code>numpy.sum</code> of"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<b onclick='x'>&", "&lt;b onclick='x'&gt;&amp;"),
    ],
)
def test_emphasis_and_code_are_marked_and_all_else_is_text(written, shown):
    assert inline(written) == shown


def test_paragraphs_lists_headings_and_examples_are_told_apart():
    made = rich("First\nline.\n\n- one\n- two\n  more\n\nNotes\n-----\nA note.\n\n>>> f(1)\n2\n\n# Title")
    assert made == (
        "<p>First line.</p><ul><li>one</li><li>two more</li></ul><p><b>Notes</b></p><p>A note.</p>"
        "<pre>&gt;&gt;&gt; f(1)\n2</pre><p><b>Title</b></p>"
    )


def test_a_very_long_text_is_cut():
    assert len(rich("word " * MOST)) < 2 * MOST


@pytest.fixture
def view(qtbot):
    made = HelpView(Theme("light"))
    qtbot.addWidget(made)
    return made


def test_help_loads_and_opens_nothing(view):
    module = Module(path="a:b", help='![x](http://x/y.png) <img src="file:///etc/passwd"> [link](http://x)')
    view.show_module(module)
    assert "<img src=" in view.toPlainText()
    assert not view.openLinks()
    assert view.loadResource(2, None) is None


def test_ports_are_explained(view):
    port = Port(name="sigma", type="float", optional=True, default=1.0, unit="px", help="the *width*")
    view.show_module(Module(path="a:b", help="Do it.", inputs=(port,)))
    text = view.toPlainText()
    assert "sigma float [px] = 1.0" in text
    assert "the width" in text


def test_what_has_no_help_says_so(view):
    view.show_module(Module(path="a:b"))
    assert "no help" in view.toPlainText()
    view.show_module(None)
    assert "group" in view.toPlainText()
