"""Treadle through its public interface, with journal and events as everybody has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag


class Prepared(NamedTuple):
    """A pipeline, and its nodes whose values are wanted."""

    pipeline: Any
    wanted: dict[str, Any]


class Processes(Peer):
    """A node for each step, on worker processes."""

    scheme: ClassVar[str] = "processes"

    def start(self) -> None:
        from treadle import Pipeline, run

        self._pipeline, self._run = Pipeline, run
        self._results: list[Any] = []

    def prepare(self, dag: Dag) -> Prepared:
        pipeline = self._pipeline("bench")
        nodes: dict[str, Any] = {}
        for name, step in dag.steps.items():
            named = {port: nodes[value.step] if type(value) is Of else value for port, value in step.named.items()}
            nodes[name] = pipeline.add(step.function, id=name, **named)
        return Prepared(pipeline, {name: nodes[name] for name in dag.wanted})

    def run(self, prepared: Prepared) -> tuple[Any, Prepared]:
        result = self._run(prepared.pipeline, scheme=self.scheme, n_procs=self.workers, **self._options())
        if not result.ok:
            raise RuntimeError(f"the run {result.state}: {result.failures[:1]}")
        self._results.append(result)
        return result, prepared

    def _options(self) -> dict[str, Any]:
        # The others keep nothing from one run to the next unless they are told to.
        return {"cache": self.folder / "cache" if self.cache else False}

    def values(self, ran: tuple[Any, Prepared]) -> dict[str, Any]:
        result, prepared = ran
        return {name: result[node] for name, node in prepared.wanted.items()}

    def forget(self) -> None:
        while self._results:
            self._results.pop().close()

    def stop(self) -> None:
        self.forget()


class Threads(Processes):
    """A node for each step, on the threads of one host."""

    scheme = "threads"

    def prepare(self, dag: Dag) -> Prepared:
        from treadle import Schemes, module

        for function in {step.function for step in dag.steps.values()}:
            module(schemes=Schemes(threads=True))(function)
        return super().prepare(dag)


class Serial(Processes):
    """In this process: what plan, scheduler, executor and journal cost without workers."""

    scheme = "serial"


class Mapped(Processes):
    """One node mapped over the first arguments; only what is flat can be written so."""

    only_flat = True

    def prepare(self, dag: Dag) -> Prepared:
        from treadle import sweep

        firsts = [step.arguments[0] for step in dag.steps.values()]
        functions = {(step.function, *step.arguments[1:]) for step in dag.steps.values()}
        ((function, *rest),) = functions
        names = function.__code__.co_varnames[1 : len(rest) + 1]
        pipeline = self._pipeline("bench")
        first = function.__code__.co_varnames[0]
        node = pipeline.add(function, **{first: sweep(firsts)}, **dict(zip(names, rest, strict=True)))
        return Prepared(pipeline, {"all": (node, list(dag.steps))})

    def values(self, ran: tuple[Any, Prepared]) -> dict[str, Any]:
        result, prepared = ran
        node, names = prepared.wanted["all"]
        return dict(zip(names, result[node], strict=True))
