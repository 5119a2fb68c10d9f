"""The steps of leaving, which may follow on which, and how long each waits."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True)
class Waits:
    """How long, in seconds, until something is shown and each answer is given up; ``all_unasked`` bounds the whole."""

    show: float = 0.4
    alive: float = 5.0
    stop: float = 10.0
    answer: float = 8.0
    alive_unasked: float = 2.0
    stop_unasked: float = 5.0
    all_unasked: float = 11.0


class Step(enum.Enum):
    """Where leaving is."""

    IDLE = "idle"
    LOOKING = "looking"
    CHOOSING = "choosing"
    STOPPING = "stopping"
    SURVIVORS = "survivors"
    KILLING = "killing"
    TROUBLE = "trouble"
    OVER = "over"


STEPS: dict[Step, set[Step]] = {
    Step.IDLE: {Step.LOOKING, Step.OVER},
    Step.LOOKING: {Step.IDLE, Step.LOOKING, Step.CHOOSING, Step.STOPPING, Step.TROUBLE, Step.OVER},
    Step.CHOOSING: {Step.IDLE, Step.LOOKING, Step.STOPPING, Step.OVER},
    Step.STOPPING: {Step.SURVIVORS, Step.KILLING, Step.TROUBLE, Step.OVER},
    Step.SURVIVORS: {Step.IDLE, Step.KILLING, Step.OVER},
    Step.KILLING: {Step.SURVIVORS, Step.TROUBLE, Step.OVER},
    Step.TROUBLE: {Step.IDLE, Step.LOOKING, Step.OVER},
    Step.OVER: set(),
}
"""The allowed steps. A request to end (SIGTERM, logout) may come in each of them."""
