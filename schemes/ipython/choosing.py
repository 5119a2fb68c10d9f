"""Which engine a job is for: where it may run, where its data are, and what waiting or moving would cost."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, NamedTuple

from .engines import LIGHT_GB
from .pace import UNKNOWN
from .values import Large

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ...core.worker.call import ValueId
    from .engines import Engine
    from .jobs import Job
    from .values import Slot, Values

SPEED = 500e6
"""Bytes a second at which a value is brought to an engine that shares files with the one that keeps it."""

FAR_SPEED = 60e6
"""The same through the cluster."""

_SHARE = 0.9


class Aim(NamedTuple):
    """Where a job is to go: the engine, and what has to be brought there first. Without an engine it waits."""

    engine: Engine | None
    missing: tuple[ValueId, ...] = ()


def slot_of(value: ValueId, engine: Engine, values: Values) -> Slot | None:
    """Return how an engine gets a value; None if it cannot yet. KeyError if the value is gone."""
    held = values.where(value)
    if type(held) is bytes:
        return held
    assert isinstance(held, Large)
    slot = held.at.get(engine.uuid)
    if slot is None and held.path and engine.facts.shared:
        return held.path, held.size
    return slot


def is_plain(job: Job, values: Values) -> bool:
    """Say whether a job may run anywhere at once: all it reads is there, and travels inline."""
    if job.where is not None or job.unfit:
        return False
    return all(values.is_inline(value) for value in job.refs) and not values.files_of(job.refs)


def aim(job: Job, engines: Sequence[Engine], values: Values, now: float) -> Aim:
    """Choose among the engines that this job may use: the one that has most of what it reads, unless to wait for that
    one would take longer than to bring it to another.

    KeyError if something that it reads is gone.
    """
    costs = {engine.uuid: _cost(job, engine, values) for engine in engines}
    home = min(engines, key=lambda one: (costs[one.uuid], one.remaining(now)))
    free = [one for one in engines if fits(job, one, engines, now)]
    if not free:
        return Aim(None)
    best = min(free, key=lambda one: (costs[one.uuid], len(one.batches), one.foreign, one.number))
    if costs[best.uuid] > costs[home.uuid]:
        remaining = home.remaining(now)
        wait = remaining if remaining < UNKNOWN / 2 else now - job.since
        if wait <= costs[best.uuid] - costs[home.uuid]:
            return Aim(None)
    missing = [value for value in dict.fromkeys(job.refs) if slot_of(value, best, values) is None]
    return Aim(best, tuple(missing))


def _cost(job: Job, engine: Engine, values: Values) -> float:
    size = 0
    for value in job.refs:
        held = values.where(value)
        if isinstance(held, Large) and engine.uuid not in held.at:
            size += held.size
    return size / (SPEED if engine.facts.shared else FAR_SPEED)


def fits(job: Job, engine: Engine, engines: Iterable[Engine], now: float) -> bool:
    """Say whether a job can be sent to an engine now, with the cores and the memory that it asks for."""
    if not engine.room(job, now):
        return False
    if job.n_procs <= 1 and job.mem_gb <= LIGHT_GB:
        return True
    house = [one for one in engines if one.facts.host == engine.facts.host]
    if job.mem_gb > LIGHT_GB:
        used = sum(held.mem_gb for one in house for held in one.jobs() if held.mem_gb > LIGHT_GB)
        if engine.facts.memory and used and (used + job.mem_gb) * 1e9 > engine.facts.memory * _SHARE:
            return False
    return job.n_procs <= 1 or (engine.idle and len(beside(job, engine, house)) >= _others(job, house))


def beside(job: Job, engine: Engine, house: Iterable[Engine]) -> list[Engine]:
    """Return the engines of the same host whose cores this job can have; no more than it needs."""
    idle = [
        one for one in house if one is not engine and one.ready and one.idle and one.facts.host == engine.facts.host
    ]
    return idle[: job.n_procs - 1]


def _others(job: Job, house: Sequence[Engine]) -> int:
    """Return how many engines a job takes beside its own: all of the host, if it asks for more than there are."""
    return min(job.n_procs, sum(one.ready for one in house)) - 1


# Where a job may run


def may_run(job: Job, engine: Engine, host: str) -> bool:
    """Say whether a node's placement allows this engine; ``host`` is the one that the item names."""
    where = job.where
    if engine.uuid in job.unfit:
        return False
    if where is None:
        return True
    if where.engines and engine.number not in where.engines:
        return False
    if where.hosts and not any(same_host(one, engine.facts.host) for one in where.hosts):
        return False
    return not host or same_host(host, engine.facts.host)


def same_host(asked: str, host: str) -> bool:
    """Say whether a name is that of a host; either may lack the domain."""
    asked, host = asked.lower(), host.lower()
    return asked == host or asked.partition(".")[0] == host or asked == host.partition(".")[0]


def host_named(job: Job, values: Values) -> str:
    """Return the host that the item of a job names, empty if it names none; ValueError if that is no name."""
    port = job.where.host_from if job.where is not None else ""
    if not port:
        return ""
    assert isinstance(job.arguments, bytes), "a job with a place has its arguments pickled, by port"
    match pickle.loads(job.arguments).get(port):  # noqa: S301 - made by our own encoder
        case (0, str(host)):
            return host
        case (1, reference) if values.is_inline(reference):
            host = pickle.loads(values.where(reference))  # type: ignore[arg-type]  # noqa: S301 - made by our engines
            if isinstance(host, str):
                return host
    raise ValueError(f"the input {port!r} is to name the host to run on, but it is no text")


def why_nowhere(job: Job, host: str, engines: Collection[Engine]) -> str:
    """Return why none of these engines may run a job."""
    where, there = job.where, ", ".join(sorted({one.facts.host for one in engines}))
    if job.unfit:
        lacking = "; ".join(f"engine {one.number}: {job.unfit[one.uuid]}" for one in engines if one.uuid in job.unfit)
        return f"{job.call.form.target.path or 'its function'} cannot be imported here: {lacking}"
    if host:
        return f"its item names the host {host!r}, which has no engine (there are: {there})"
    assert where is not None
    if where.engines:
        numbers = ", ".join(str(one.number) for one in engines)
        return f"it is placed on engine {', '.join(map(str, where.engines))}, and there are {numbers or 'none'}"
    return f"it is placed on the host {', '.join(where.hosts)}, which has no engine (there are: {there})"
