"""Messages about leaving: what is alive, and what is to become of it."""

from __future__ import annotations

from msgspec import Struct, field

from .clusters import ClusterName, ClusterRow, Fate, Living
from .message import Message, Request


class AskAlive(Request, tag="ask-alive"):
    """Say what would end with this runner; answered by Alive, after at most some seconds, whoever does not answer."""


class AliveRun(Struct, frozen=True, forbid_unknown_fields=True):
    """A run that goes on: its id, what its pipeline is called, tasks done and all (-1 unknown), and since when."""

    run: str
    name: str
    done: int
    total: int
    seconds: float
    clusters: tuple[ClusterName, ...] = ()


class Alive(Message):
    """The runs that go on, and the clusters that this runner holds, with all their engines, foreign ones too."""

    runs: tuple[AliveRun, ...] = ()
    clusters: tuple[ClusterRow, ...] = ()


class Leave(Request, tag="leave"):
    """Carry out what was decided for each run and each cluster; what is not named is stopped. Answered by Left.

    If runs are left, the runner goes on alone until they are over (as after Detach), and stops only then the clusters
    that they use and that are to be stopped. Else it is to be ended: by the end of its line, or Shutdown.
    """

    runs: dict[str, Fate] = field(default_factory=dict)
    clusters: tuple[tuple[ClusterName, Fate], ...] = ()
    deadline: float = 10.0


class Left(Message):
    """What was to end and has not, by cluster, and the runs that go on without the window."""

    still_there: tuple[tuple[ClusterName, tuple[Living, ...]], ...] = ()
    runs: tuple[str, ...] = ()
