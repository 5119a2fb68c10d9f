"""The states that a task has gone through: most tasks go the same way, and share it."""

from __future__ import annotations

from ..errors import InternalError
from .states import GOOD, STEPS, TERMINAL, TaskState

_SHARED = 12
"""So long a story is at most that others share. They stay for good, and of longer ones there may be any number."""


class Story:
    """The states of a task so far; ``next`` are the stories that go on from here, by their state.

    It is ``done`` if its last state is a terminal one; ``times_good`` is how often there were results.
    """

    __slots__ = ("_before", "_length", "_state", "done", "next", "times_good")

    def __init__(self, state: TaskState, before: Story | None = None) -> None:
        self._state = state
        self._before = before
        self._length: int = 1 if before is None else before._length + 1
        self.done = state in TERMINAL
        self.times_good: int = (state in GOOD) + (0 if before is None else before.times_good)
        self.next: dict[TaskState, Story] = {}

    def step(self, task: str, state: TaskState) -> Story:
        """Return the story that goes on with a state; InternalError if the table does not allow it."""
        if state not in STEPS[self._state]:
            old, new = self._state.value, state.value
            raise InternalError(f"task {task} cannot go from {old} to {new}; it went {self}")
        following = Story(state, self)
        if self._length < _SHARED:
            self.next[state] = following
        return following

    def __str__(self) -> str:
        """Return the states as they are told: ``waiting → ready → dispatched``."""
        states = []
        story: Story | None = self
        while story is not None:
            states.append(story._state.value)
            story = story._before
        return " → ".join(reversed(states))


BEGINNING = Story(TaskState.WAITING)
