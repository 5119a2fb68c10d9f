"""Random pipelines of small functions: mapped, ragged, swept, zipped, joined, branched, filtered and looped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import small_functions as f
from hypothesis import strategies as st

from treadle.core.authoring import Output, fold, sweep, zipped
from treadle.core.errors import PipelineError, UsageError
from treadle.core.library import control
from treadle.core.pipeline import Pipeline
from treadle.core.planning.make_plan import make_plan

T = TypeVar("T")
Pick = Callable[[list[Any]], Any]


@dataclass
class Growing:
    """A pipeline while nodes are added to it; ``plain`` and ``lists`` are the outputs to choose from."""

    pick: Pick
    pipeline: Pipeline = field(default_factory=lambda: Pipeline("random"))
    plain: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    folded: bool = False

    def out(self, endpoint: str) -> Output:
        return Output(self.pipeline, endpoint)

    def axes(self, endpoint: str) -> list[str]:
        plan = make_plan(self.pipeline)
        node = plan.node(endpoint.split(".", maxsplit=1)[0])
        return [plan.axes[axis].label for axis in node.axes] if node else []

    def source(self) -> Any:
        """Choose what feeds an input: a value, a sweep, or an output, as it is, mapped or joined."""
        kind = self.pick(["plain", "plain", "each", "each", "each", "join", "join", "sweep", "value"])
        if kind == "each" and self.lists:
            return self.out(self.pick(self.lists)).each(self.pick([None, None, None, "a", "b"]))
        if kind in {"plain", "join"} and self.plain:
            endpoint = self.pick(self.plain)
            return self.joined(endpoint) if kind == "join" else self.out(endpoint)
        if kind == "sweep":
            return sweep(self.pick([[1, 2], [3], [], [4, 5, 6]]), self.pick([None, None, "s"]))
        return self.pick([0, 1, 2, 3])

    def joined(self, endpoint: str) -> Output:
        labels = self.axes(endpoint)
        named = [label for label in labels if self.pick([True, False])] if self.pick([True, False]) else []
        return self.out(endpoint).joined(
            *dict.fromkeys(named),
            on_failure=self.pick(["fail", "skip"]),
            nested=self.pick([False, True]),
            with_labels=self.pick([False, False, True]),
        )

    def attempt(self, add: Callable[[], list[tuple[str, list[str]]]]) -> None:
        """Add something; take it back if it makes no valid pipeline."""
        before = self.pipeline.copy()
        try:
            added = add()
            make_plan(self.pipeline)
        except (PipelineError, UsageError):
            self.pipeline = before
            return
        for endpoint, kinds in added:
            for kind in kinds:
                getattr(self, kind).append(endpoint)

    def grow(self) -> None:
        self.attempt(self.pick([
            self.add_plain, self.add_plain, self.add_list, self.add_list, self.add_fragile, self.add_halves,
            self.add_zip, self.add_switch, self.add_filter, self.add_fold, self.add_repeat, self.add_joined,
        ]))  # fmt: skip

    def add_plain(self) -> list[tuple[str, list[str]]]:
        if self.pick([True, False]):
            node = self.pipeline.add(f.three, a=self.source(), b=self.source(), c=self.source())
        else:
            node = self.pipeline.add(f.plus, x=self.source(), y=self.source())
        return [(f"{node.id}.out", ["plain"])]

    def add_joined(self) -> list[tuple[str, list[str]]]:
        if not self.plain:
            return self.add_plain()
        node = self.pipeline.add(f.plus, x=self.joined(self.pick(self.plain)), y=self.source())
        return [(f"{node.id}.out", ["plain"])]

    def add_fragile(self) -> list[tuple[str, list[str]]]:
        node = self.pipeline.add(f.fragile, x=self.source())
        return [(f"{node.id}.out", ["plain"])]

    def add_halves(self) -> list[tuple[str, list[str]]]:
        node = self.pipeline.add(f.halve, x=self.source())
        return [(f"{node.id}.low", ["plain"]), (f"{node.id}.high", ["plain"])]

    def add_list(self) -> list[tuple[str, list[str]]]:
        if self.pick([True, False]):
            node = self.pipeline.add(f.numbers, n=self.pick([0, 1, 2, 3]))
        else:
            node = self.pipeline.add(f.spread, x=self.source())
        return [(f"{node.id}.out", ["lists", "plain"])]

    def add_zip(self) -> list[tuple[str, list[str]]]:
        choices: list[Any] = [*map(self.out, self.lists), [1, 2], [5, 6, 7]]
        lists = {"a": self.pick(choices), "b": self.pick(choices)}
        node = self.pipeline.add(f.three, zipped(axis=self.pick([None, "pair"]), **lists), c=self.source())
        return [(f"{node.id}.out", ["plain"])]

    def add_switch(self) -> list[tuple[str, list[str]]]:
        value = self.source()
        condition = self.pipeline.add(f.is_even, x=self.source()).out
        fork = self.pipeline.add(control.switch, value=value, condition=condition)
        left = self.pipeline.add(f.plus, x=fork.then, y=self.source())
        right = self.pipeline.add(f.plus, x=fork.otherwise)
        added = [(f"{left.id}.out", ["plain"]), (f"{right.id}.out", ["plain"])]
        if self.pick([True, False]):
            many = self.pipeline.add(f.spread, x=fork.then)
            added.append((f"{many.id}.out", ["plain", "lists"]))
        if self.pick([True, True, False]):
            merged = self.pipeline.add(control.merge, a=left.out, b=right.out)
            added.append((f"{merged.id}.out", ["plain"]))
        return added

    def add_filter(self) -> list[tuple[str, list[str]]]:
        if not self.plain:
            return self.add_plain()
        value = self.out(self.pick(self.plain))
        keep = self.pipeline.add(f.is_even, x=self.pick([value, self.source()]))
        node = self.pipeline.add(control.filter, value=value, keep=keep.out)
        return [(f"{node.id}.out", ["plain"])]

    def add_fold(self) -> list[tuple[str, list[str]]]:
        node = self.pipeline.add(f.step, state=fold(self.source()), item=self.source())
        return [(f"{node.id}.out", ["plain"])]

    def add_repeat(self) -> list[tuple[str, list[str]]]:
        node = self.pipeline.add(f.grow, state=self.source(), by=self.source())
        node.repeat("again", bound=self.pick([1, 2, 4]), state="state")
        return [(f"{node.id}.state", ["plain"])]


@st.composite
def pipelines(draw: st.DrawFn, most: int = 9) -> Pipeline:
    """Draw a pipeline that can be planned."""

    def pick(options: list[Any]) -> Any:
        return options[draw(st.integers(0, len(options) - 1))]

    growing = Growing(pick)
    growing.attempt(growing.add_list)
    for _ in range(draw(st.integers(1, most))):
        growing.grow()
    return growing.pipeline
