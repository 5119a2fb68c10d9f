from __future__ import annotations

import pytest

from treadle.app.window.canvas.status_painting import has_badge, status_key
from treadle.app.window.explain.badges import badge
from treadle.app.window.looks import NodeLook
from treadle.app.window.theme.tokens import SCHEMES


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_a_foreseen_badge_is_another_picture_than_that_of_a_run_not_only_another_colour(theme, choice):
    theme.choose(choice)
    for scheme in SCHEMES:
        ran, foreseen = (badge(theme, scheme, 2.0, foreseen=one).toImage() for one in (False, True))
        shapes = [
            {(x, y) for x in range(ran.width()) for y in range(ran.height()) if image.pixelColor(x, y).alpha() > 90}
            for image in (ran, foreseen)
        ]
        # The frame has gaps, and there is no ground.
        assert len(shapes[1]) < len(shapes[0])
        assert foreseen.pixelColor(6, 6).alpha() < ran.pixelColor(6, 6).alpha()


def test_nodes_that_ran_and_those_that_would_are_not_painted_from_one_picture():
    assert status_key(NodeLook(scheme="threads")) != status_key(NodeLook(foreseen="threads"))
    ran = NodeLook("succeeded", scheme="threads", foreseen="processes")
    assert status_key(ran) == status_key(NodeLook("succeeded", scheme="threads"))


def test_a_node_of_which_nothing_is_known_or_that_is_small_has_no_badge():
    assert not has_badge(NodeLook(), 1.0)
    assert not has_badge(NodeLook(scheme="threads"), 0.1)
    assert has_badge(NodeLook(foreseen="threads"), 1.0)
