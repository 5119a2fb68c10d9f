"""Calls that run once on each engine, or once on each host: copies of a job, and one result made of theirs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...core.scheme import Ended, Stopped
from ...core.worker.call import Where
from ...core.worker.execute import Result
from ...core.worker.failures import Cause
from .values import copy_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .engines import Engine
    from .jobs import Job
    from .values import Values


@dataclass(slots=True)
class _Spread:
    """One call and what came of its copies, in the order of its engines."""

    job: Job
    engines: Sequence[Engine]
    ended: dict[int, Ended | Stopped] = field(default_factory=dict)


class Copies:
    """Makes copies of jobs, one for each engine, and puts what they give together again.

    An output of such a call is the list of what the copies gave, in the order of the engines; where it is mapped its
    items are labelled by engine, or by host. The call fails if one of its copies does.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._spread: dict[tuple[str, int], _Spread] = {}

    def spread(self, job: Job, engines: Iterable[Engine]) -> list[Job]:
        """Return a copy of the job for each of these engines, or each of their hosts."""
        assert job.where is not None
        chosen: dict[Any, Engine] = {}
        for engine in sorted(engines, key=lambda one: one.number):
            chosen.setdefault(engine.facts.host if job.where.once_on == "host" else engine.number, engine)
        targets = list(chosen.values())
        self._spread[job.task, job.attempt] = _Spread(job, targets)
        return [
            replace(job, copy=place, where=Where(engines=(one.number,)), unfit={}) for place, one in enumerate(targets)
        ]

    def name(self, job: Job) -> str:
        """Return what the values of a job are kept under."""
        return job.task if job.copy < 0 else copy_of(job.task, job.copy)

    def ended(self, job: Job, report: Ended | Stopped) -> Ended | Stopped | None:
        """Take the end of a copy; return that of the call if it was the last one."""
        key = job.task, job.attempt
        spread = self._spread.get(key)
        if spread is None:
            return None
        spread.ended[job.copy] = report
        if len(spread.ended) < len(spread.engines):
            return None
        del self._spread[key]
        return self._together(spread)

    def _together(self, spread: _Spread) -> Ended | Stopped:
        reports = [spread.ended[place] for place in range(len(spread.engines))]
        stopped = [one for one in reports if isinstance(one, Stopped)]
        failed = [one for one in reports if isinstance(one, Ended) and isinstance(one.result, Cause)]
        if stopped or failed:
            self._values.forget([copy_of(spread.job.task, place) for place in range(len(reports))])
            return stopped[0] if stopped else self._failure(spread, failed)
        ended = [one for one in reports if isinstance(one, Ended)]
        results = [one.result for one in ended if isinstance(one.result, Result)]
        outputs = [output for output in results[0].previews if all(output in one.previews for one in results)]
        split = spread.job.call.form.split
        self._values.gather(spread.job.task, outputs, len(results), split=split)
        labels = tuple(self._label(spread, engine) for engine in spread.engines)
        result = Result(
            {},
            {output: labels for output in outputs if output in split},
            {},
            results[0].absent,
            {output: _preview([one.previews[output] for one in results]) for output in outputs},
            tuple(dict.fromkeys(file for one in results for file in one.files)),
        )
        return _sum(ended, result)

    def _failure(self, spread: _Spread, failed: list[Ended]) -> Ended:
        first = failed[0]
        assert isinstance(first.result, Cause)
        cause = replace(first.result, message=f"{first.place.worker}: {first.result.message}")
        return Ended(
            spread.job.task, spread.job.attempt, cause, first.place,
            lost=any(one.lost for one in failed), refused=all(one.refused for one in failed),
        )  # fmt: skip

    def _label(self, spread: _Spread, engine: Engine) -> str:
        once_on = "" if spread.job.where is None else spread.job.where.once_on
        return engine.facts.host if once_on == "host" else f"engine {engine.number}"


def _preview(previews: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    texts = [str(one.get("text", one.get("type", ""))) for one in previews]
    text = f"[{', '.join(texts)}]"
    return {"type": "list", "text": text if len(text) < 200 else text[:197] + "..."}


def _sum(ended: Sequence[Ended], result: Result) -> Ended:
    first = ended[0]
    return Ended(
        first.task,
        first.attempt,
        result,
        first.place,
        seconds=max(one.seconds for one in ended),
        cpu_seconds=sum(one.cpu_seconds for one in ended),
        peak_memory=max(one.peak_memory for one in ended),
        bytes_in=sum(one.bytes_in for one in ended),
        bytes_out=sum(one.bytes_out for one in ended),
    )
