"""Tasks that go the same way share its story, as long as that is a usual one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from treadle.core.errors import InternalError
from treadle.core.run.states import TaskState
from treadle.core.run.story import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from treadle.core.run.story import Story

USUAL = (TaskState.READY, TaskState.DISPATCHED, TaskState.RUNNING, TaskState.SUCCEEDED)


def gone(ways: Iterable[TaskState]) -> Story:
    story = BEGINNING
    for state in ways:
        story = story.next.get(state) or story.step("task", state)
    return story


def kept(story: Story) -> int:
    return 1 + sum(map(kept, story.next.values()))


def test_tasks_that_go_the_same_way_share_its_story() -> None:
    assert gone(USUAL) is gone(USUAL)
    assert str(gone(USUAL)) == "waiting → ready → dispatched → running → succeeded"


def test_a_story_knows_how_often_there_were_results() -> None:
    made_again = gone((*USUAL, *USUAL))
    assert (made_again.done, made_again.times_good) == (True, 2)
    assert (gone(USUAL[:3]).done, gone(USUAL[:3]).times_good) == (False, 0)


def test_a_step_that_the_table_does_not_allow_is_refused_with_the_story() -> None:
    with pytest.raises(InternalError, match="task a cannot go from succeeded to running; it went waiting → ready"):
        gone(USUAL).step("a", TaskState.RUNNING)


def test_of_tasks_that_go_long_ways_of_their_own_little_is_kept() -> None:
    chance = random.Random(0)
    for _ in range(500):
        tries = [(TaskState.DISPATCHED, *chance.choice([(), (TaskState.RUNNING,)]), TaskState.READY) for _ in range(20)]
        assert len(str(gone((TaskState.READY, *(state for one in tries for state in one)))).split(" → ")) > 40
    assert kept(BEGINNING) < 5000
