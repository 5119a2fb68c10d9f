"""Messages about IPython clusters: found, started, watched, acted on, let go of.

The runner holds the clusters that it started; if it ends without having left them running, they end with it. Whatever
takes long tells of itself with Doing, and can be given up with CancelRequest.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from .message import Message, Request

Deed = Literal["interrupt", "stop", "kill", "restart"]
Fate = Literal["stop", "leave"]


class ClusterName(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A cluster: the name of its profile and its own, which the usual one of a profile does not have."""

    profile: str
    cluster_id: str = ""

    def __str__(self) -> str:
        return f"{self.profile}:{self.cluster_id}" if self.cluster_id else self.profile


class EngineRow(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An engine. What is not known is None. ``task`` is what it executes for a run of this runner.

    ``heard`` is the seconds since it gave a sign of life; ``used`` the memory of its process; both memories in bytes.
    """

    number: int | None
    uuid: str
    ours: bool
    state: Literal["idle", "busy", "silent", "starting", "given up"]
    host: str | None = None
    pid: int | None = None
    python: str | None = None
    cores: int | None = None
    load: float | None = None
    memory: int | None = None
    used: int | None = None
    queue: int | None = None
    done: int | None = None
    heard: float | None = None
    launcher: str = ""
    task: str = ""
    log: str = ""


class ClusterRow(Message):
    """A cluster as it is now.

    ``ours``: Treadle started its controller. ``held``: this runner started something of it, and ends that when it ends
    unless it is left running. ``busy``: a run of this runner uses it. ``process`` is the controller's.
    """

    name: ClusterName
    answers: bool
    ours: bool
    held: bool = False
    busy: bool = False
    left_running: bool = False
    encrypted: bool = False
    location: str = ""
    process: int | None = None
    logs: str = ""
    why_not: str = ""
    engines: tuple[EngineRow, ...] = ()
    variables: tuple[str, ...] = ()


class ProfileRow(Message):
    """An IPython profile; ``configured``: it has settings of its own for clusters."""

    name: str
    folder: str
    configured: bool = False


class Leftover(Message):
    """What lives of an earlier session that ended without saying what should become of it. ``processes`` are of ours.

    ``usable``: its controller answers, and engines are there, so that it can be used again. ``lasting``: it lives on if
    it is left; else *ignore* changes nothing, and it is told again by the next runner. ``survived`` is when it was last
    told to end and did not, 0 if it never was; ``stuck``: the system holds all that lives of it, so that it cannot end.
    """

    record: str
    name: ClusterName
    processes: tuple[int, ...]
    engines: int
    began: float
    usable: bool
    lasting: bool = True
    survived: float = 0.0
    stuck: bool = False


class AskClusters(Request, tag="ask-clusters"):
    """Find profiles, clusters and leftovers, without asking any engine; answered by ClusterList."""


class ClusterList(Message):
    """Profiles by name, the one that is chosen, the clusters found (without their engines), and leftovers.

    ``ending`` says that what an earlier session held is just being ended: what survives that is among the leftovers
    some seconds later.
    """

    profiles: tuple[ProfileRow, ...]
    chosen: str
    clusters: tuple[ClusterRow, ...]
    leftovers: tuple[Leftover, ...] = ()
    ending: bool = False


class MakeProfile(Request, tag="make-profile"):
    """Make a profile, like another one if that is named; answered by ClusterList."""

    name: str
    like: str = ""


class ChooseProfile(Request, tag="choose-profile"):
    """Have runs use this profile from now on; answered by ClusterList. What runs in the old one is not touched."""

    name: str


class StartCluster(Request, tag="start-cluster"):
    """Start a controller and engines, which this runner then holds; answered by ClusterRow. 0 engines: one a core.

    ``deadline`` in seconds. If it fails or is cancelled, nothing of it is left.
    """

    name: ClusterName
    engines: int = 0
    launcher: str = "local"
    python: str = ""
    niceness: int = 0
    encrypt: bool = True
    variables: dict[str, str] = field(default_factory=dict)
    deadline: float = 60.0


class AddEngines(Request, tag="add-engines"):
    """Start more engines for a cluster, whoever started it; answered by ClusterRow."""

    name: ClusterName
    engines: int
    deadline: float = 60.0


class WatchCluster(Request, tag="watch-cluster"):
    """Tell of a cluster by ClusterNews every so many seconds, 0: no longer; answered by ClusterRow (the state now)."""

    name: ClusterName
    seconds: float = 2.0


class ActOnEngines(Request, tag="act-on-engines"):
    """Interrupt, stop, kill or restart engines by number, all of them if none is named; answered by ClusterRow."""

    name: ClusterName
    deed: Deed
    engines: tuple[int, ...] = ()
    deadline: float = 30.0


class ExecuteOn(Request, tag="execute-on"):
    """Run a statement on engines by number, on all if none is named; answered by Outcomes.

    Engines that are not done after ``deadline`` seconds are interrupted.
    """

    name: ClusterName
    statement: str
    engines: tuple[int, ...] = ()
    deadline: float = 60.0


class OutcomeRow(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a statement did on one engine: ``error`` is empty if it went well, ``value`` if it gives none."""

    engine: int
    output: str = ""
    errors: str = ""
    value: str = ""
    error: str = ""
    traceback: str = ""


class Outcomes(Message):
    """One for each engine, in the order that was asked for."""

    rows: tuple[OutcomeRow, ...]


class SetVariables(Request, tag="set-variables"):
    """Set environment variables on all engines, and on those that join while this runner lives; answered by Done.

    A variable that is set to None is removed. They are kept in memory only.
    """

    name: ClusterName
    variables: dict[str, str | None]
    deadline: float = 30.0


class AskLogs(Request, tag="ask-logs"):
    """Return the last ``lines`` of one log of a cluster, or of each; answered by Logs. It need not run any more."""

    name: ClusterName
    file: str = ""
    lines: int = 400


class LogText(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The end of a log: its path, what it is of ("controller", "engine 3"), and its lines."""

    path: str
    of: str
    lines: tuple[str, ...] = ()


class Logs(Message):
    """The folder of the logs and what is in it."""

    folder: str
    files: tuple[LogText, ...]


class Living(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A process of ours that is still there: what it is, and on which host. ``stuck``: not even a kill ends it now."""

    role: str
    pid: int
    host: str = ""
    number: int | None = None
    stuck: bool = False


class LetGo(Request, tag="let-go"):
    """Stop what this runner started of a cluster, or leave it running; answered by StillThere.

    What has not ended after ``deadline`` seconds is told, and lives on: EndByForce is the next step.
    """

    name: ClusterName
    fate: Fate
    deadline: float = 10.0


class EndByForce(Request, tag="end-by-force"):
    """Kill what Treadle started of a cluster and what still lives, by proof; answered by StillThere."""

    name: ClusterName


class ShutDownCluster(Request, tag="shut-down-cluster"):
    """Ask the controller, whoever started it, to end with all its engines; answered by StillThere."""

    name: ClusterName
    deadline: float = 10.0


class TakeLeftover(Request, tag="take-leftover"):
    """Use what an earlier session left, and hold it, or stop it, or leave it running; answered by StillThere."""

    record: str
    what: Literal["attach", "stop", "ignore"]


class StillThere(Message):
    """What should have ended and has not; empty: all is as it was wanted."""

    processes: tuple[Living, ...] = ()


class ClusterNews(Message, tag_field="sent", tag="cluster-news"):
    """A cluster that is watched, as it is now."""

    cluster: ClusterRow
