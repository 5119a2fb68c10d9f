"""What is said of clusters and engines, in words: whose they are, how they do, and what an end would take along."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ... import amounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .....core.errors import TreadleError
    from .....core.protocol import ClusterRow, EngineRow, Living

UNKNOWN_HOST = "?"
ENGINE_STATES: dict[str, str] = {
    "idle": "succeeded",
    "busy": "running",
    "starting": "waiting",
    "silent": "lost contact",
    "given up": "failed",
}
"""The look that each state of an engine borrows from the states of tasks: its colour and its shape."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("clusters", text)


def engines(count: int) -> str:
    """Return ``1 engine`` or ``2 engines``."""
    return f"{amounts.count(count)} {_tr('engine') if count == 1 else _tr('engines')}"


def processes(count: int) -> str:
    """Return ``1 process`` or ``2 processes``."""
    return f"{amounts.count(count)} {_tr('process') if count == 1 else _tr('processes')}"


def state_of(engine: EngineRow) -> str:
    """Return the word for the state of an engine."""
    words = {
        "idle": _tr("Idle"), "busy": _tr("Busy"), "silent": _tr("Silent"), "starting": _tr("Starting"),
        "given up": _tr("Given up"),
    }  # fmt: skip
    return words[engine.state]


def about_state(engine: EngineRow) -> str:
    """Return what the state of an engine means."""
    texts = {
        "idle": _tr("It waits for work."),
        "busy": _tr("It executes something."),
        "silent": _tr("It gave no sign of life. It may be held up, or the network may be."),
        "starting": _tr("Its process is there; it has not registered with the controller yet."),
        "given up": _tr("Its process lives, but the controller has lost it: it never comes back. Clean up ends it."),
    }
    return texts[engine.state]


def whose(engine: EngineRow) -> str:
    """Say whether Treadle started an engine."""
    return _tr("ours") if engine.ours else _tr("others’")


def owner_of(row: ClusterRow) -> str:
    """Say who started a cluster, and what becomes of it when this program ends."""
    if row.left_running:
        return _tr("left running")
    if row.held:
        return _tr("ends with Treadle") if row.ours else _tr("somebody else’s, with engines of ours")
    return _tr("started by another Treadle") if row.ours else _tr("somebody else’s")


def is_to_let_go(row: ClusterRow | None) -> bool:
    """Say whether there is something of a cluster that Treadle may stop: what it holds, or has left running."""
    return row is not None and (row.held or row.left_running)


def in_short(row: ClusterRow | None, *, looked: bool = True) -> str:
    """Say in one line how a cluster does; of its engines nothing unless they were ``looked`` at."""
    if row is None:
        return _tr("No cluster runs in this profile.")
    if not row.answers:
        return _tr("No answer: {why}").format(why=row.why_not or _tr("nobody knows why"))
    parts = [counted(row.engines) if looked else "", owner_of(row)]
    if row.busy:
        parts.append(_tr("used by a run"))
    return " · ".join(part for part in parts if part)


def counted(rows: Sequence[EngineRow]) -> str:
    """Return how many engines there are, and how many of them are in another state than idle: the usual one."""
    if not rows:
        return _tr("no engines")
    states: Counter[str] = Counter(engine.state for engine in rows)
    others = [f"{states[state]} {word}" for state, word in _others().items() if states[state]]
    return ", ".join((engines(len(rows)), *others))


def _others() -> dict[str, str]:
    return {
        "busy": _tr("busy"), "starting": _tr("starting"), "silent": _tr("silent"), "given up": _tr("given up"),
    }  # fmt: skip


def by_host(rows: Iterable[EngineRow]) -> dict[str, list[EngineRow]]:
    """Return the engines of each host, by name; those whose host is not known come last."""
    found: dict[str, list[EngineRow]] = {}
    for engine in rows:
        found.setdefault(engine.host or UNKNOWN_HOST, []).append(engine)
    return dict(sorted(found.items(), key=lambda item: (item[0] == UNKNOWN_HOST, item[0])))


def host_name(host: str) -> str:
    """Return a host as it is shown."""
    return _tr("host not known yet") if host == UNKNOWN_HOST else host


def on_hosts(rows: Sequence[EngineRow]) -> str:
    """Return ``2 engines on vm, 1 engine on node7``."""
    return ", ".join(
        _tr("{engines} on {host}").format(engines=engines(len(there)), host=host_name(host))
        for host, there in by_host(rows).items()
    )


def what_would_end(row: ClusterRow) -> list[str]:
    """Return what a shutdown of a cluster takes along, a line each: the controller, our engines, those of others."""
    where = f", {row.location}" if row.location else ""
    mine = _tr("started by Treadle") if row.ours else _tr("started by somebody else")
    lines = [_tr("The controller ({mine}{where})").format(mine=mine, where=where)]
    for owned, text in ((True, _tr("Engines that Treadle started: {what}")), (False, _tr("Engines of others: {what}"))):
        there = [engine for engine in row.engines if engine.ours is owned]
        if there:
            lines.append(text.format(what=on_hosts(there)))
    return lines


def what_is_ours(row: ClusterRow) -> list[str]:
    """Return what Treadle started of a cluster, a line each."""
    lines = []
    if row.ours:
        process = f" ({_tr('process')} {row.process})" if row.process else ""
        lines.append(_tr("The controller") + process)
    there = [engine for engine in row.engines if engine.ours]
    for host, some in by_host(there).items():
        pids = ", ".join(str(engine.pid) for engine in some if engine.pid)
        words = _tr("processes") if len(some) > 1 else _tr("process")
        lines.append(
            _tr("{engines} on {host}").format(engines=engines(len(some)), host=host_name(host))
            + (f" ({words} {pids})" if pids else "")
        )
    return lines


def foreign(row: ClusterRow) -> str:
    """Name the engines of others, with their hosts; empty if there are none."""
    there = [engine for engine in row.engines if not engine.ours]
    return on_hosts(there)


def living(rows: Iterable[Living]) -> str:
    """Return what still lives, a line each."""
    lines = []
    for one in rows:
        what = one.role if one.number is None else f"{one.role} {one.number}"
        where = f" {_tr('on')} {one.host}" if one.host else ""
        lines.append(f"{what}, {_tr('process')} {one.pid}{where}")
    return "\n".join(lines)


def trouble(error: TreadleError) -> str:
    """Return an error as lines: what is wrong and where, and what to do."""
    text = f"{error.where}: {error.message}" if error.where else error.message
    return f"{text}\n{error.remedy}." if error.remedy else text
