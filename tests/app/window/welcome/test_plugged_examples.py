"""Examples of plug-ins: on the welcome page, in the menu, and opened as new pipelines; nothing of them is imported."""

from __future__ import annotations

import sys

import pytest
from distributions import install
from shells import MS, end, program

from treadle import Pipeline
from treadle.app.examples import EXAMPLES_SHIPPED, all_examples, example_file, is_example, plugged_examples


@pytest.fixture
def examples(tmp_path, monkeypatch):
    site = tmp_path / "site"
    package = install(site, "pack", "raise SystemExit", value="pack.more.examples", group="treadle.examples")
    folder = package / "more" / "examples"
    folder.mkdir(parents=True)
    pipeline = Pipeline("One more")
    pipeline.description = "Adds two numbers"
    pipeline.add("operator:add", a=1, b=2)
    pipeline.save(folder / "extra.treadle")
    (folder / "odd.treadle").write_text('{"title": "Odd", "treadle": 99}')
    (folder / "garbled.treadle").write_bytes(b"\xff")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    return folder


@pytest.fixture
def whole(qapp, tmp_path, examples):
    assert examples.is_dir()
    made = program(tmp_path / "program", tour_seen=False)
    made.window.show_welcome()
    made.window.show()
    yield made
    end(made)


def test_they_come_after_those_of_treadle_with_their_titles(examples):
    *shipped, odd_or_extra, last = all_examples()
    assert [example.name for example in shipped] == list(EXAMPLES_SHIPPED)
    assert [odd_or_extra.name, last.name] == ["pack/extra", "pack/odd"]
    assert (odd_or_extra.title, odd_or_extra.origin) == ("One more", "pack 1.0")
    assert example_file("pack/extra") == examples / "extra.treadle"
    assert is_example(examples / "extra.treadle")
    assert not is_example(examples / "garbled.treadle")
    assert "pack" not in sys.modules


def test_what_is_none_is_told_with_the_reason(examples):
    assert examples.is_dir()
    ((name, origin, why),) = plugged_examples()[1]
    assert (name, origin) == ("pack/garbled", "pack 1.0")
    assert why.startswith("it cannot be read: ")


def test_the_gallery_has_them_and_one_that_cannot_be_opened_says_why(whole, qtbot):
    cards = whole.window.welcome.gallery.cards
    qtbot.waitUntil(lambda: all(card.about.text() for card in cards.values()) and "pack/odd" in cards, timeout=MS)
    assert cards["pack/extra"].about.text() == "Adds two numbers"
    assert cards["pack/extra"].toolTip() == "From the plug-in pack 1.0"
    assert "99" in cards["pack/odd"].about.text()
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        cards["pack/extra"].open.click()
    assert caught.args[0].title == "One more"
    assert caught.args[0].file is None
    assert "pack" not in sys.modules
