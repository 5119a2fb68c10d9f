from __future__ import annotations

import pytest

from treadle.app.window.settings import Settings
from treadle.app.window.toolbox.preferences import NAME, Preferences

ON, OFF = True, False


@pytest.fixture
def preferences(settings):
    return Preferences(settings)


def names(preferences):
    return [choice.name for choice in preferences.order]


def test_what_is_set_is_there_at_the_next_start(preferences, settings, tmp_path):
    preferences.move("threads", 0)
    preferences.enable("ipython", OFF)
    preferences.set("ipython", profile="LAN")
    preferences.set("ipython", profile="lan")
    settings.write()
    again = Preferences(Settings(tmp_path / "window.ini"))
    assert names(again) == ["threads", "ipython", "processes", "serial"]
    assert not again.choice("ipython").enabled
    assert again.choice("ipython").value("profile") == "lan"


def test_the_last_resort_stays_the_last_and_enabled(preferences):
    preferences.move("serial", 0)
    preferences.move("ipython", 99)
    preferences.enable("serial", OFF)
    assert names(preferences) == ["processes", "threads", "ipython", "serial"]
    assert preferences.choice("serial").enabled


def test_a_change_is_told_once_to_all_that_look_at_the_same_settings(preferences, settings):
    told = []
    other = Preferences(settings)
    other.changed.connect(lambda: told.append(names(other)))
    preferences.move("threads", 0)
    preferences.move("threads", 0)
    settings.set("appearance", "dark")
    assert told == [["threads", "ipython", "processes", "serial"]]


def test_a_scheme_that_is_not_known_can_be_moved_and_not_enabled(preferences, settings):
    settings.set(NAME, '{"order": [{"name": "slurm", "enabled": false, "settings": {"queue": "long"}}]}')
    preferences.enable("slurm", ON)
    preferences.clear("slurm")
    preferences.move("slurm", 2)
    assert names(preferences) == ["ipython", "processes", "slurm", "threads", "serial"]
    assert not preferences.choice("slurm").enabled
    preferences.reset()
    assert preferences.choice("slurm").settings == {"queue": "long"}


def test_what_cannot_be_set_is_refused(preferences):
    with pytest.raises(KeyError):
        preferences.set("threads", memory_gb=2.0)
    with pytest.raises(KeyError):
        preferences.set("gpu", number=2)


def test_set_back_leaves_to_treadle_what_was_set(preferences):
    preferences.set("processes", number=3, renew_after=10)
    preferences.clear("processes")
    assert preferences.run_options()["settings"] == {}
