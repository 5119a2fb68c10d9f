from __future__ import annotations

import json

import pytest

from treadle.app.window.settings import Settings
from treadle.app.window.toolbox.ipython.remembered import KEPT, HowToStart, Remembered, looks_secret


@pytest.fixture
def remembered(settings):
    return Remembered(settings)


def test_how_a_cluster_is_started_is_remembered_for_each_profile(remembered, settings, tmp_path):
    how = HowToStart(engines=3, python="/opt/Python", niceness=5, encrypt=False, deadline=20)
    remembered.keep_how("lab", how)
    remembered.keep_how("lan", HowToStart(engines=1))
    settings.write()
    again = Remembered(Settings(tmp_path / "window.ini"))
    assert again.how("lab") == how
    assert again.how("lan").engines == 1
    assert again.how("default") == HowToStart()


def test_variables_live_for_the_session_and_ticked_ones_longer(remembered, settings):
    remembered.set_variables("lab", {"MODE": "Deep", "LEVEL": "2"}, frozenset({"MODE"}))
    assert remembered.variables("lab") == {"MODE": "Deep", "LEVEL": "2"}
    assert Remembered(settings).variables("lab") == {"MODE": "Deep"}
    assert Remembered(settings).variables("default") == {}


@pytest.mark.parametrize("name", ["API_TOKEN", "aws_secret_access", "PASSWORD", "SSH_KEY", "MyCredentials"])
def test_what_looks_like_a_secret_is_never_written(remembered, settings, name):
    remembered.set_variables("lab", {name: "hush"}, frozenset({name}))
    assert looks_secret(name)
    assert "hush" not in settings.text(KEPT)
    assert remembered.variables("lab") == {name: "hush"}


def test_a_variable_that_is_not_ticked_any_more_is_forgotten(remembered, settings):
    remembered.set_variables("lab", {"MODE": "deep"}, frozenset({"MODE"}))
    remembered.set_variables("lab", {"MODE": "deep"})
    assert "deep" not in settings.text(KEPT)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"lab": 3}', '{"lab": {"start": {"engines": "many"}, "variables": 7}}']
)
def test_settings_that_cannot_be_read_count_as_none(settings, text):
    settings.set(KEPT, text)
    remembered = Remembered(settings)
    assert (remembered.how("lab"), remembered.variables("lab")) == (HowToStart(), {})


def test_what_another_version_kept_stays(remembered, settings):
    settings.set(KEPT, json.dumps({"lab": {"hosts": ["node7"]}, "future": {"x": 1}}))
    remembered.keep_how("lab", HowToStart(engines=2))
    kept = json.loads(settings.text(KEPT))
    assert (kept["lab"]["hosts"], kept["future"]) == (["node7"], {"x": 1})
