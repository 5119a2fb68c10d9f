"""The graphs that the scenarios run."""

from __future__ import annotations

import math
import random

from . import work
from .dag import Dag, Of, Step


def flat(count: int) -> Dag:
    """No step needs another; all results are wanted."""
    steps = {f"s{number}": Step(work.add, (number, 1)) for number in range(count)}
    return Dag(steps, tuple(steps))


def chains(count: int, length: int = 0) -> Dag:
    """As many chains as each is long, or of this ``length``."""
    length = length or math.isqrt(count)
    steps: dict[str, Step] = {}
    for number in range(count // length * length):
        start = number % length == 0
        steps[f"s{number}"] = Step(work.add, (number if start else Of(f"s{number - 1}"), 1))
    return Dag(steps, tuple(f"s{number}" for number in range(length - 1, len(steps), length)))


def layered(count: int) -> Dag:
    """Layers as wide as they are many; each step needs two of the layer before."""
    width = math.isqrt(count)
    steps: dict[str, Step] = {}
    for layer in range(width):
        for place in range(width):
            above = (layer - 1) * width
            sources = Of(f"s{above + place}"), Of(f"s{above + (place + 1) % width}")
            steps[f"s{layer * width + place}"] = Step(work.add, sources if layer else (place, 1))
    return Dag(steps, tuple(f"s{(width - 1) * width + place}" for place in range(width)))


def tree(count: int) -> Dag:
    """Each step needs two others, down to one root."""
    steps: dict[str, Step] = {}
    for number in reversed(range(count)):
        children = (Of(f"s{child}") if child < count else child for child in (2 * number + 1, 2 * number + 2))
        steps[f"s{number}"] = Step(work.add, tuple(children))
    return Dag(steps, ("s0",))


SHAPES = {"flat": flat, "chains": chains, "layered": layered, "tree": tree}


def array_chain(megabytes: int, length: int = 10) -> Dag:
    """One array through ``length`` steps; what is wanted is one number of the last."""
    steps = {"s0": Step(work.make, (megabytes,))}
    for number in range(1, length):
        steps[f"s{number}"] = Step(work.plus_one, (Of(f"s{number - 1}"),))
    steps["first"] = Step(work.first, (Of(f"s{length - 1}"),))
    return Dag(steps, ("first",))


def readers(megabytes: int, count: int = 8) -> Dag:
    """One array that ``count`` steps read."""
    steps = {"made": Step(work.make, (megabytes,))}
    steps |= {f"r{number}": Step(work.total, (Of("made"), number)) for number in range(count)}
    return Dag(steps, tuple(f"r{number}" for number in range(count)))


def unequal(scale: float = 1.0) -> tuple[Dag, list[float]]:
    """64 tasks of 20 to 400 ms, in 21 chains of three and one that combines them; and how long each takes."""
    seconds = [scale * random.Random(7 + number).uniform(0.02, 0.4) for number in range(63)]
    steps: dict[str, Step] = {}
    for number, time in enumerate(seconds):
        chain, place = number % 21, number // 21
        name = f"c{chain}_{place}"
        before = (Of(f"c{chain}_{place - 1}"),) if place else ()
        steps[name] = Step(work.spin_after if place else work.spin, (time, *before))
    steps["combined"] = Step(work.combined, tuple(Of(f"c{chain}_2") for chain in range(21)))
    return Dag(steps, ("combined",)), [*seconds, 0.1]


def shorts(count: int, fatal: int, mark: str) -> Dag:
    """Tasks of 5 ms; number ``fatal`` kills its worker, once."""
    steps = {f"s{number}": Step(work.short, (number, fatal, mark)) for number in range(count)}
    return Dag(steps, tuple(steps))
