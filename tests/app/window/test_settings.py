from __future__ import annotations

import pytest

from treadle.app.window.settings import DEFAULTS, MOST_RECENT, Settings


def test_what_was_chosen_is_there_at_the_next_start(settings, tmp_path):
    settings.set("appearance", "dark")
    settings.set("welcome_at_start", value=False)
    settings.set("autosave_seconds", 30)
    settings.write()
    again = Settings(tmp_path / "window.ini")
    assert again.text("appearance") == "dark"
    assert not again.flag("welcome_at_start")
    assert again.number("autosave_seconds") == 30


def test_a_change_is_told_once_and_no_change_is_not(settings):
    told = []
    settings.changed.connect(told.append)
    settings.set("appearance", "dark")
    settings.set("appearance", "dark")
    settings.set("welcome_at_start", value=True)
    assert told == ["appearance"]


@pytest.mark.parametrize("text", ["", "\x00\xff", "[choices]\nautosave_seconds=soon\n", "[[[", "[window]\npanels=3"])
def test_a_damaged_file_counts_as_nothing_chosen(qapp, tmp_path, text):
    (tmp_path / "window.ini").write_text(text, encoding="latin-1")
    settings = Settings(tmp_path / "window.ini")
    assert settings.number("autosave_seconds") == DEFAULTS["autosave_seconds"]
    assert settings.recent() == []
    assert settings.state("panels").isEmpty()


def test_recent_files_are_the_newest_ones_each_once(settings, tmp_path):
    for number in [*range(12), 5]:
        settings.remember_file(tmp_path / f"{number}.treadle")
    found = [path.rpartition("/")[2] for path in settings.recent()]
    assert found[:3] == ["5.treadle", "11.treadle", "10.treadle"]
    assert len(found) == len(set(found)) == MOST_RECENT
    settings.forget_files()
    assert settings.recent() == []


def test_a_choice_that_is_not_there_is_an_error(settings):
    with pytest.raises(KeyError):
        settings.set("colour", "red")
