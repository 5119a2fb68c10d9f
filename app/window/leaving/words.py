"""What is alive and what becomes of it, in the words that the person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ..amounts import count, duration
from ..toolbox.ipython.words import engines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....core.protocol import AliveRun, ClusterName, Living
    from .alive import ClusterLine, HostLine
    from .decisions import Decisions

MOST_PROCESSES = 6
"""So many process numbers are named of one host."""


def tr(text: str) -> str:
    """Return a text of this folder in the person's language."""
    return QCoreApplication.translate("leaving", text)


def run_title(run: AliveRun) -> str:
    """Return what a run is called."""
    return tr("Run of “{name}”").format(name=run.name)


def run_facts(run: AliveRun) -> str:
    """Say how far a run is."""
    since = tr("for {time}").format(time=duration(run.seconds))
    return f"{tasks_done(run.done, run.total)} · {since}"


def tasks_done(done: int, total: int) -> str:
    """Say how many tasks are done, of how many, if that is known."""
    if total < 0:
        return tr("{done} tasks done").format(done=count(done))
    return tr("{done} of {all} tasks done").format(done=count(done), all=count(total))


def cluster_title(cluster: ClusterLine) -> str:
    """Return what a cluster is called, or the engines in one of others."""
    text = tr("Cluster “{name}”") if cluster.ours else tr("Engines in cluster “{name}”")
    return text.format(name=cluster.name)


def cluster_facts(cluster: ClusterLine) -> list[str]:
    """Say what there is of a cluster, a line for the controller and for each host."""
    if not cluster.ours:
        first = tr("The controller is not Treadle’s, and goes on")
    elif cluster.controller:
        first = tr("Controller · process {pid}").format(pid=cluster.controller)
    else:
        first = tr("Controller")
    return [first, *(host_facts(host) for host in cluster.own)]


def host_facts(host: HostLine) -> str:
    """Say which engines are on a host."""
    on = tr("{engines} on {host}").format(engines=engines(host.engines), host=host.host) if host.host else ""
    busy = tr("{number} busy").format(number=host.busy) if host.busy else ""
    return " · ".join(part for part in (on or engines(host.engines), busy, processes(host.processes)) if part)


def warning_of(cluster: ClusterLine) -> str:
    """Name the engines of others that are lost if a controller of ours is stopped; empty if there are none."""
    if not cluster.endangered:
        return ""
    hosts = ", ".join(host.host or tr("a host that is not known") for host in cluster.foreign)
    text = (
        tr("{engines} on {hosts} was not started by Treadle. Without this controller it is lost to its owner.")
        if cluster.endangered == 1
        else tr(
            "{engines} on {hosts} were not started by Treadle. Without this controller they are lost to their owner."
        )
    )
    return text.format(engines=engines(cluster.endangered), hosts=hosts)


def run_outcome(run: AliveRun, decisions: Decisions) -> str:
    """Say what becomes of a run."""
    if decisions.runs.get(run.run) != "leave":
        return tr("Tasks that are running are ended. What is finished need not be done again.")
    return tr("Goes on by itself. Follow it with: treadle runs follow {run}").format(run=run.run)


def cluster_outcome(cluster: ClusterLine, decisions: Decisions) -> str:
    """Say what becomes of a cluster."""
    if decisions.clusters.get(cluster.name) == "leave":
        return tr("Goes on, and is there again at the next start.")
    if decisions.waits(cluster):
        return tr("Is stopped as soon as the run that uses it is over.")
    return tr("The engines and the controller are ended.") if cluster.ours else tr("The engines are ended.")


def processes(numbers: tuple[int, ...]) -> str:
    """Return the numbers of processes, the first of many."""
    if not numbers:
        return ""
    shown = ", ".join(map(str, numbers[:MOST_PROCESSES])) + ("…" if len(numbers) > MOST_PROCESSES else "")
    return (tr("process {pids}") if len(numbers) == 1 else tr("processes {pids}")).format(pids=shown)


def living(cluster: ClusterName, one: Living) -> str:
    """Name a process that should have ended."""
    role = one.role if one.number is None else f"{one.role} {one.number}"
    where = tr(" on {host}").format(host=one.host) if one.host else ""
    text = tr("{role} of cluster “{name}”: process {pid}")
    held = f" · {held_by_the_system(1)}" if one.stuck else ""
    return text.format(role=role.capitalize(), name=cluster, pid=one.pid) + where + held


def not_ended(left: Sequence[Living]) -> str:
    """Say which processes did not end although they were told to, and what is known of why."""
    text = tr("These processes did not end: {pids}").format(pids=", ".join(str(one.pid) for one in left))
    held = held_by_the_system(len(left)) if all(one.stuck for one in left) else ""
    return " · ".join(part for part in (text, held) if part)


def held_by_the_system(number: int) -> str:
    """Say that processes cannot end now, whatever is done to them."""
    if number == 1:
        return tr("the system holds it, perhaps for a disk or a network: it ends as soon as it is let go of")
    return tr("the system holds them, perhaps for a disk or a network: they end as soon as they are let go of")


def survivors_title(number: int) -> str:
    """Say how many processes did not end."""
    return (
        tr("1 process did not end")
        if number == 1
        else tr("{number} processes did not end").format(number=count(number))
    )


def survivors_text(number: int, *, killed: bool) -> str:
    """Say what can be done about what did not end, and perhaps not even when it was ``killed``."""
    if killed and number == 1:
        return tr("It was killed, and the system has not let go of it yet. It may end by itself in a while.")
    if killed:
        return tr("They were killed, and the system has not let go of them yet. They may end by themselves in a while.")
    if number == 1:
        return tr("It was asked to end, and is still there. Killing ends it at once, whatever it does.")
    return tr("They were asked to end, and are still there. Killing ends them at once, whatever they do.")


def verb_of(fates: Iterable[str]) -> str:
    """Return what the button does that carries out what was decided."""
    known = set(fates)
    if known == {"stop"}:
        return tr("Stop and close")
    return tr("Leave running and close") if known == {"leave"} else tr("Close Treadle")
