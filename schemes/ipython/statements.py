"""Runs a statement on chosen engines, and tells what each of them said."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from typing import TYPE_CHECKING, Any

import msgspec
from ipyparallel.error import TaskAborted

from ...core.errors import ClusterError, UsageError
from .connecting import hears_output
from .contact import watch_contact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .cluster import Cluster

_OUTPUT_SECONDS = 2.0
_SLICE_SECONDS = 0.1
_INTERRUPT_SECONDS = 2.0
_AGAIN_SECONDS, _GIVE_UP_SECONDS = 0.5, 5.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement did on one engine: ``error`` is empty if it went well, ``value`` if it gives none."""

    engine: int
    output: str = ""
    errors: str = ""
    value: str = ""
    error: str = ""
    traceback: str = ""


def chosen_engines(
    cluster: Cluster, engines: Sequence[int] | None, hosts: Sequence[str] | None, where: dict[int, str]
) -> list[int]:
    """Return the engines that are meant, all by default; ``where`` says on which host each is. UsageError if none."""
    known = sorted(cluster.uuids())
    if engines is not None:
        if missing := [number for number in engines if number not in known]:
            raise UsageError(f"there is no engine {missing[0]} in cluster {cluster.address}; it has: {known}")
        return list(engines)
    if hosts is not None:
        if missing_hosts := [host for host in hosts if host not in where.values()]:
            raise UsageError(f"no engine is on {missing_hosts[0]!r}; there are some on: {sorted(set(where.values()))}")
        return [number for number in known if where.get(number) in hosts]
    if not known:
        raise ClusterError("it has no engines", where=f"cluster {cluster.address}")
    return known


def execute(
    cluster: Cluster,
    code: str,
    engines: Iterable[int],
    seconds: float | None = None,
    say: Callable[[str, float], None] = lambda _text, _fraction: None,
) -> list[Outcome]:
    """Run a statement on engines at once, and return what came of it in their order.

    Engines that are not done after ``seconds`` are interrupted, and told of as such; without it one waits, and
    ClusterError says if contact is lost meanwhile. ``say`` is told how far it is; what it raises interrupts them, too.
    """
    gone = threading.Event()
    if seconds is None:
        # Nobody else says so then, and an answer that cannot come would be waited for without end.
        watch_contact(cluster.client, gone.set)
    hears_output(cluster.client, _OUTPUT_SECONDS)
    answers = {number: _sent(cluster, number, code) for number in engines}
    end = None if seconds is None else time.monotonic() + seconds

    def check() -> None:
        if gone.is_set():
            raise ClusterError(
                "lost contact with its controller: a part of it has ended", where=f"cluster {cluster.address}"
            )
        done = sum(answer.ready() for answer in answers.values())
        say(f"{done} of {len(answers)} engines are done", done / max(1, len(answers)))

    try:
        _wait(answers.values(), end, check)
        if _sent_again(cluster, code, answers):
            _wait(answers.values(), end, check)
    except BaseException:
        _give_up(cluster, answers)
        raise
    late = _give_up(cluster, answers)
    _wait([answers[number] for number in late], time.monotonic() + _OUTPUT_SECONDS)
    return [_outcome(number, answer, seconds if number in late else None) for number, answer in answers.items()]


def _sent(cluster: Cluster, number: int, code: str) -> Any:
    return cluster.client[number].execute(code, silent=False, block=False)


def _sent_again(cluster: Cluster, code: str, answers: dict[int, Any]) -> bool:
    """Send it again where it was dropped, and say whether it was anywhere.

    An engine that has just failed drops what it was sent meanwhile; by whom is of no matter here.
    """
    dropped = [number for number, one in answers.items() if one.ready() and isinstance(one.exception(), TaskAborted)]
    answers.update({number: _sent(cluster, number, code) for number in dropped})
    return bool(dropped)


def _wait(answers: Iterable[Any], end: float | None, check: Callable[[], None] = lambda: None) -> None:
    for answer in list(answers):
        while not answer.ready() and (end is None or time.monotonic() < end):
            check()
            answer.wait(_SLICE_SECONDS)


def _give_up(cluster: Cluster, answers: dict[int, Any]) -> list[int]:
    """Interrupt those that are not done, and return which: what has not begun by then must not begin afterwards.

    An engine that is just about to begin does not hear of it: it is told again, for some seconds.
    """
    late = left = {number: answer for number, answer in answers.items() if not answer.ready()}
    if late:
        with contextlib.suppress(Exception):
            cluster.client.abort(list(late.values()), targets=list(late), block=False)
    end = time.monotonic() + _GIVE_UP_SECONDS
    while left and time.monotonic() < end:
        with contextlib.suppress(ClusterError, UsageError):
            cluster.interrupt_statements(left, _INTERRUPT_SECONDS)
        _wait(left.values(), time.monotonic() + _AGAIN_SECONDS)
        left = {number: answer for number, answer in left.items() if not answer.ready()}
    return list(late)


def _outcome(number: int, answer: Any, given_up: float | None) -> Outcome:
    if given_up is not None:
        return Outcome(engine=number, error=f"not done after {given_up:g} s; it was interrupted")
    with contextlib.suppress(Exception):
        answer.wait_for_output(_OUTPUT_SECONDS)
    error = answer.exception()
    value = "" if error else _value(answer)
    return Outcome(
        engine=number,
        output=_first(answer.stdout),
        errors=_first(answer.stderr),
        value=value,
        error=f"{getattr(error, 'ename', type(error).__name__)}: {getattr(error, 'evalue', error)}" if error else "",
        traceback=_COLOURS.sub("", str(getattr(error, "traceback", "") or "")) if error else "",
    )


def _first(told: Any) -> str:
    """Return a text of one engine; the library gives a list of one for some ways to ask."""
    if isinstance(told, list):
        return _first(told[0]) if told else ""
    return str(told or "")


def _value(answer: Any) -> str:
    told = answer.get(0)
    reply = told[0] if isinstance(told, list) else told
    result = getattr(reply, "execute_result", None) or {}
    return str(result.get("data", {}).get("text/plain", ""))
