"""What every way of executing tasks promises, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from .worker.execute import Result
from .worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from .worker.call import Call, ValueId
    from .worker.handing import Handed


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call runs: what a person calls the worker, its process, and the machine if it is another one."""

    worker: str
    pid: int = 0
    host: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """The scheme now takes up to ``slots`` calls at a time, of which ``workers`` run and the others wait their turn.

    Without slots it cannot work (any more); ``why`` says why. With ``elsewhere`` it runs them on other machines, whose
    cores and memory it gives out itself.
    """

    scheme: str
    slots: int
    workers: int = 0
    why: str = ""
    elsewhere: bool = False


class Began(Struct, frozen=True, gc=False):
    """A worker began to execute a call. Told late, or not at all, of calls that take less than 20 ms."""

    task: str
    attempt: int
    place: Place


@dataclass(frozen=True, slots=True)
class Progressed:
    """A module told how far it is."""

    task: str
    fraction: float
    text: str


@dataclass(frozen=True, slots=True)
class Logged:
    """A module, or what it printed, wrote a line."""

    task: str
    line: str


class Ended(Struct, frozen=True, gc=False):
    """A call is over: ``result`` says what it gave, or why it gave nothing.

    ``lost`` marks a failure of the worker and not of the module; ``refused`` one of the scheme, which could not even
    begin (an argument that cannot travel): another scheme may try. ``shared`` marks the loss of a worker that executed
    other calls too, each of which may be to blame, ``outside`` that of one which somebody killed. Times are in seconds,
    sizes in bytes.
    """

    task: str
    attempt: int
    result: Result | Cause
    place: Place
    lost: bool = False
    refused: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    shared: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Occupied:
    """Calls that were told as stopped, and that cannot be ended yet, take so many cores of this machine."""

    scheme: str
    n_procs: int


class Died(Struct, frozen=True, gc=False):
    """A worker that executed no call was killed: by somebody else, since no module was there."""

    scheme: str


class Stopped(Struct, frozen=True, gc=False):
    """A call that was to be stopped is over."""

    task: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The values that these tasks gave are gone, with the worker that kept them."""

    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A value can be read by other processes until its task is released; or the cause says why it cannot."""

    value: ValueId
    handed: Handed | Cause


Report = Capacity | Began | Progressed | Logged | Ended | Occupied | Died | Stopped | Lost | Exported


@dataclass(frozen=True)
class SchemeContext:
    """What the scheme of a plug-in is made with: its ``name``, and how many calls it is to run at once (``workers``).

    ``files`` is the folder for the files that modules return, ``spare`` that for those which find no room there;
    ``folder`` is the run's own and goes with it; ``search_path`` is where modules are looked for besides what Python
    knows; ``environment`` are the variables that the pipeline refers to.
    """

    name: str
    workers: int
    files: Path
    spare: Path
    folder: Path
    search_path: Sequence[Path] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Watch(Protocol):
    """What looks after the workers of a scheme, in a thread of its own as long as nobody else does."""

    def attend(self, seconds: float | None) -> bool:
        """Do that thread's work in the calling one, for up to so many seconds, until something has happened.

        Reports come in the calling thread then. False, at once, if this cannot be (any more).
        """

    def stir(self, *, anyway: bool = False) -> None:
        """Have who attends return, ``anyway`` at once; may be called from any thread."""

    def leave(self) -> None:
        """Attend no more: it is the thread's work again."""


class Scheme(Protocol):
    """A way to execute calls.

    The executor calls all methods from one thread, unless it says otherwise. ``report`` may be called from any thread
    and never blocks. Each call that was submitted is answered by exactly one Ended or Stopped with its attempt, also
    when its worker dies, unless the scheme is closed before. ``runs_here`` says that calls are executed in the thread
    that submits them. One that has a ``watch`` once it is open, a Watch, lets the executor attend while it waits.
    It may have a ``handover`` by then: the seconds that it costs to hand it a call, besides executing that, by which
    *auto* weighs it against others; without one it is taken to be a millisecond.
    """

    name: str
    runs_here: bool

    def open(self, report: Callable[[Report], None]) -> None:
        """Begin to work; announce the capacity. Called once, before all others."""

    def submit(self, calls: Sequence[Call]) -> None:
        """Take calls, no more at a time than the capacity announced. Does not wait for them, unless they run here."""

    def stop(self, tasks: Iterable[str]) -> None:
        """End these calls as soon as can be: within 2 s where a worker can be killed.

        Their modules see ``cancelled()`` at once. May be called from any thread if calls run here.
        """

    def export(self, values: Iterable[ValueId]) -> None:
        """Make values that were made here readable for other processes; each is answered by Exported."""

    def fetch(self, value: ValueId, deadline: float) -> Any:
        """Return a value made here.

        KeyError if there is none, TimeoutError after ``deadline`` seconds, NotPicklableError if it cannot leave.
        """

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks: nobody will ask for them again."""

    def close(self, deadline: float) -> None:
        """End all calls and workers within ``deadline`` seconds and leave nothing behind. May be called twice."""
