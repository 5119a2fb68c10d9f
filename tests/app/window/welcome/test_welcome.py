from __future__ import annotations

import pytest
from PyQt6.QtCore import QSize, Qt
from shells import MS, adding, end, program

from treadle import Pipeline
from treadle.app.examples import EXAMPLES_SHIPPED, example_file, is_example
from treadle.app.window.miniature import picture
from treadle.app.window.theme.tokens import DARK, LIGHT
from treadle.core.document import load


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path, tour_seen=False)
    made.window.show_welcome()
    made.window.show()
    yield made
    end(made)


def test_every_example_is_there_with_its_title_and_is_known_as_one(tmp_path):
    for name, title in EXAMPLES_SHIPPED.items():
        assert load(example_file(name)).title == title
        assert is_example(example_file(name))
    assert not is_example(tmp_path / "first_run.treadle")


def test_the_gallery_shows_each_example_with_a_picture_and_what_it_is_about(whole, qtbot):
    cards = whole.window.welcome.gallery.cards
    qtbot.waitUntil(lambda: all(card.about.text() and card.picture.pixmap() for card in cards.values()), timeout=MS)
    assert list(cards) == list(EXAMPLES_SHIPPED)
    assert all(not card.picture.pixmap().isNull() for card in cards.values())


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_an_example_is_opened_by_the_keyboard(whole, qtbot, key):
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        qtbot.keyClick(whole.window.welcome.gallery.cards["first_run"], key)
    assert caught.args[0].title == "First run"
    assert not whole.window.page.runs.going


def test_recent_files_are_listed_and_missing_ones_cannot_be_pressed(whole, qtbot, tmp_path):
    there = adding().save(tmp_path / "there.treadle")
    whole.settings.remember_file(tmp_path / "gone.treadle")
    whole.settings.remember_file(there)
    first, second = whole.window.welcome.recent.buttons
    assert not second.isEnabled()
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        first.click()
    assert caught.args[0].file == there


def pixels(image):
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


@pytest.mark.parametrize("pipeline", [Pipeline("empty"), adding()])
def test_a_picture_has_the_size_and_the_colours_asked_for(qapp, pipeline):
    light, dark = (picture(pipeline, colours, QSize(200, 100), 1.5) for colours in (LIGHT, DARK))
    assert light.size() == QSize(300, 150)
    assert (len(pixels(light)) > 1) is bool(pipeline.nodes)
    assert pixels(light) != pixels(dark)


# The tour


def test_the_tour_has_five_steps_and_is_remembered(whole, qtbot):
    with qtbot.waitSignal(whole.documents.opened, timeout=MS):
        whole.window.commands.run("help.tour")
    tour = whole.window.tour
    said = []
    while whole.window.tour is not None:
        said.append(tour.accessibleName())
        tour.next.click()
    assert len(said) == 5
    assert said[0] == "1 of 5: Modules"
    assert whole.settings.flag("tour_seen")


def test_the_tour_can_be_left_with_escape_and_beside_it_one_can_work(whole, qtbot):
    document = whole.documents.new(adding())
    whole.window.commands.run("help.tour")
    tour = whole.window.tour
    assert not tour.isWindow()
    whole.window.page.canvas.selection = {"first"}
    whole.window.commands.run("edit.delete")
    assert "first" not in document.pipeline.nodes
    qtbot.keyClick(tour, Qt.Key.Key_Escape)
    assert whole.window.tour is None
    assert whole.settings.flag("tour_seen")


def test_the_tour_goes_back_and_stays_inside_the_window(whole, qtbot):
    whole.documents.new(adding())
    whole.window.commands.run("help.tour")
    tour = whole.window.tour
    assert not tour.back.isEnabled()
    for _ in range(4):
        tour.go(1)
        assert whole.window.rect().contains(tour.geometry())
    tour.go(-1)
    assert tour.number == 3
    tour.leave()
