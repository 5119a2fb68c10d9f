"""What the newest run did with the tasks of a node, told once for all that went alike; knows no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ....core.run.states import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....core.protocol import TaskRow


class Happened(NamedTuple):
    """Tasks that a scheme took for the same reason: how many, on which workers, and how many of them in which state.

    ``again`` counts those that needed more than one attempt; ``cause`` is that of the first one that failed.
    """

    scheme: str
    reason: str
    tasks: int
    workers: tuple[str, ...]
    states: dict[str, int]
    again: tuple[str, ...] = ()
    cause: str = ""


def happened(rows: Iterable[TaskRow], path: str) -> list[Happened]:
    """Return what happened to the tasks of a node, or of a group; those that went another way than most come last."""
    inside = f"{path}/"
    alike: dict[tuple[str, str], list[TaskRow]] = {}
    for row in rows:
        if row.scheme and (row.node == path or row.node.startswith(inside)):
            alike.setdefault((row.scheme, row.reason), []).append(row)
    found = [_together(scheme, reason, tasks) for (scheme, reason), tasks in alike.items()]
    return sorted(found, key=lambda one: -one.tasks)


def _together(scheme: str, reason: str, rows: list[TaskRow]) -> Happened:
    states: dict[str, int] = {}
    for row in rows:
        states[row.state] = states.get(row.state, 0) + 1
    workers = dict.fromkeys(_worker(row) for row in rows if row.worker)
    again = tuple(row.task for row in rows if row.attempts > 1)
    cause = next((row.cause for row in rows if row.cause), "")
    return Happened("" if scheme == CACHE else scheme, reason, len(rows), tuple(sorted(workers)), states, again, cause)


def _worker(row: TaskRow) -> str:
    return f"{row.worker} · {row.host}" if row.host else row.worker
