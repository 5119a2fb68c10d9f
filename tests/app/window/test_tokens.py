"""What can be read and told apart, in both themes."""

from __future__ import annotations

import pytest

from treadle.app.window.theme.tokens import CATEGORIES, DARK, LIGHT, SCHEMES, STATES, contrast
from treadle.core.run.states import TaskState

THEMES = {"light": LIGHT, "dark": DARK}


@pytest.fixture(params=THEMES)
def colours(request):
    return THEMES[request.param]


def test_black_on_white_has_the_highest_contrast():
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("ground", ["canvas", "surface", "raised", "accent_ground"])
def test_text_can_be_read_on_every_ground(colours, ground):
    assert contrast(colours.text, getattr(colours, ground)) >= 4.5
    assert contrast(colours.secondary, getattr(colours, ground)) >= 4.5


def test_text_can_be_read_on_the_accent(colours):
    assert contrast(colours.on_accent, colours.accent) >= 4.5


@pytest.mark.parametrize("name", STATES)
def test_a_state_can_be_told_from_its_ground(colours, name):
    assert contrast(STATES[name].colour.on(colours), colours.surface) >= 3


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_can_be_told_from_its_ground(colours, name):
    assert contrast(SCHEMES[name].colour.on(colours), colours.surface) >= 3


@pytest.mark.parametrize("name", CATEGORIES)
def test_a_category_can_be_told_from_its_ground(colours, name):
    assert contrast(CATEGORIES[name][1].on(colours), colours.surface) >= 3


def test_every_state_of_a_task_has_a_look():
    assert {state.value for state in TaskState} <= set(STATES)


def test_no_two_states_that_mean_different_things_look_alike():
    looks = {}
    for name, look in STATES.items():
        looks.setdefault((look.shape, look.word), []).append(name)
    assert all(len({STATES[name].colour for name in names}) == 1 for names in looks.values())
