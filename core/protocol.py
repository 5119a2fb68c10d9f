"""What a window and a runner say to each other: one JSON document a line, requests one way, all else the other way.

The runner writes MAGIC on a line of its own first: what a login shell prints before it does no harm. Then the window
sends Hello, and each request gets one Answer or one Refusal with its number; News come as they happen.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct, field

from .modules import Module
from .validation.problems import Problem

MAGIC = "treadle runner"
VERSION = 1
MOST_BYTES = 256 * 2**20
"""No line is longer than this; a longer one ends the conversation."""


class ProtocolError(Exception):
    """What came is no message of this version."""


class Message(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line. Nobody changes it."""


class Document(Message):
    """A pipeline as its file holds it, and the file's path, empty if it has none yet."""

    text: str
    file: str = ""


class RunOptions(Message):
    """The options of a run, as ``treadle run`` has them; 0 cores or GB: what the machine has."""

    scheme: str = "auto"
    n_procs: int = 0
    memory_gb: float = 0.0
    on_error: str = "continue"
    order: str = "critical-path"
    retries: int = 0
    until: tuple[str, ...] = ()
    cache: bool = True
    cache_folder: str = ""
    resume: bool = False


# Requests


class Request(Message, tag_field="request"):
    """Something the window asks for; ``number`` is given back with the answer."""

    number: int


class Hello(Request, tag="hello"):
    """The first request; answered by Welcome, or refused if the versions differ."""

    version: int = VERSION


class Ping(Request, tag="ping"):
    """Say that the runner lives; answered by Done at once."""


class ListModules(Request, tag="list-modules"):
    """Find all modules; answered by ModuleList. ``deadline`` is for each that has to be imported, in seconds."""

    deadline: float = 2.0


class DescribeFunctions(Request, tag="describe-functions"):
    """Describe functions by import path, in a process of its own; answered by Descriptions."""

    paths: tuple[str, ...]
    document: Document | None = None
    deadline: float = 30.0


class CheckDocument(Request, tag="check-document"):
    """Say what is wrong with a pipeline; answered by ProblemList."""

    document: Document


class AskFreshness(Request, tag="ask-freshness"):
    """Say of each node whether its results are there; answered by FreshnessList."""

    document: Document
    cache_folder: str = ""


class AskTrust(Request, tag="ask-trust"):
    """Say which code a pipeline holds, and whether it is trusted here; answered by TrustState."""

    document: Document


class GiveTrust(Request, tag="give-trust"):
    """Remember that this content may run; answered by Done."""

    document: Document


class StartRun(Request, tag="start-run"):
    """Begin a run of the pipeline as it is now; answered by RunStarted, before any news of the run.

    ``trust`` lets its code run this time; without it, code that is not trusted is refused with ``UntrustedError``.
    """

    document: Document
    options: RunOptions = field(default_factory=RunOptions)
    trust: bool = False


class PauseRun(Request, tag="pause-run"):
    """Start nothing new in a run; answered by Done."""

    run: str


class ResumeRun(Request, tag="resume-run"):
    """Go on after a pause; answered by Done."""

    run: str


class CancelRun(Request, tag="cancel-run"):
    """End a run, or only these nodes or tasks of it; answered by Done when it is asked for, not when it is over."""

    run: str
    nodes: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


class AskTask(Request, tag="ask-task"):
    """Tell all that is known of a task; answered by TaskDetails."""

    run: str
    task: str


class ForgetRun(Request, tag="forget-run"):
    """Let go of a run that is over, and of its workers, or of one that goes on ``when_over``; answered by Done."""

    run: str
    when_over: bool = False


class Detach(Request, tag="detach"):
    """Go on without the window until the runs are over; answered by Detached."""


class Shutdown(Request, tag="shutdown"):
    """End the runs and the runner; answered by Done."""


AnyRequest = (
    Hello | Ping | ListModules | DescribeFunctions | CheckDocument | AskFreshness | AskTrust | GiveTrust | StartRun
    | PauseRun | ResumeRun | CancelRun | AskTask | ForgetRun | Detach | Shutdown
)  # fmt: skip


# Answers


class Done(Message):
    """What was asked for is done, or is being done."""


class Welcome(Message):
    """Who the runner is."""

    version: int
    treadle: str
    python: str
    host: str
    pid: int
    cores: int
    memory_gb: float
    schemes: tuple[str, ...]


class BrokenSource(Message):
    """A plug-in or a user's file whose modules cannot be had, and why."""

    name: str
    reason: str


class ModuleList(Message):
    """All modules that can be placed."""

    modules: tuple[Module, ...]
    broken: tuple[BrokenSource, ...] = ()


class Description(Message):
    """What a path names: a module, or why it is none."""

    path: str
    module: Module | None = None
    message: str = ""
    remedy: str = ""


class Descriptions(Message):
    """One for each path that was asked for."""

    found: tuple[Description, ...]


class ProblemList(Message):
    """What is wrong, the worst first."""

    problems: tuple[Problem, ...]


class NodeFresh(Message):
    """How fresh a node is: as ``treadle run --dry-run`` tells it. ``tasks`` is -1 where their number is not known."""

    node: str
    state: Literal["fresh", "stale", "never run", "unknown"]
    reason: str = ""
    tasks: int = 1
    stale: int = 0


class FreshnessList(Message):
    """One for each node of the plan."""

    nodes: tuple[NodeFresh, ...]


class CodePlace(Message):
    """A node or connection that can run code, and what it would do."""

    place: str
    what: str


class TrustState(Message):
    """Whether a pipeline may run, and the code it holds."""

    trusted: bool
    code: tuple[CodePlace, ...] = ()


class PlannedNode(Message):
    """A node of a run, and the labels of the axes that its tasks have."""

    node: str
    axes: tuple[str, ...] = ()


class RunStarted(Message):
    """A run has begun: its id, its journal, and its nodes in order."""

    run: str
    journal: str
    nodes: tuple[PlannedNode, ...]


class TaskDetails(Message):
    """A task: its full cause, and what its outputs look like."""

    task: str
    cause: str = ""
    traceback: str = ""
    previews: dict[str, dict[str, Any]] = field(default_factory=dict)


class Detached(Message):
    """The runs that go on."""

    runs: tuple[str, ...]


ANSWERS: dict[type[Request], type[Message]] = {
    Hello: Welcome,
    Ping: Done,
    ListModules: ModuleList,
    DescribeFunctions: Descriptions,
    CheckDocument: ProblemList,
    AskFreshness: FreshnessList,
    AskTrust: TrustState,
    GiveTrust: Done,
    StartRun: RunStarted,
    PauseRun: Done,
    ResumeRun: Done,
    CancelRun: Done,
    AskTask: TaskDetails,
    ForgetRun: Done,
    Detach: Detached,
    Shutdown: Done,
}


# What the runner sends


class Answer(Message, tag_field="sent", tag="answer"):
    """The answer to a request; its type is the one that ANSWERS has for it."""

    number: int
    value: Raw


class Refusal(Message, tag_field="sent", tag="refusal"):
    """A request that was not carried out: what is wrong, where, and what to do next. ``kind`` names the error."""

    number: int
    kind: str
    message: str
    where: str = ""
    remedy: str = ""


class TaskRow(Struct, frozen=True, array_like=True, gc=False):
    """A task as it stands. Times in seconds from the start of the run, sizes in bytes."""

    task: str
    node: str
    labels: dict[str, str]
    state: str
    scheme: str = ""
    reason: str = ""
    worker: str = ""
    host: str = ""
    attempts: int = 0
    dispatched: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    cause: str = ""


class NodeRow(Struct, frozen=True, array_like=True, gc=False):
    """How many tasks of a node are in each state, and how far those that run have got together (0 to 1)."""

    node: str
    states: dict[str, int]
    progress: float = 0.0
    text: str = ""


class LogLine(Struct, frozen=True, array_like=True, gc=False):
    """A line that a module wrote."""

    task: str
    text: str


class RunNews(Message, tag_field="sent", tag="run-news"):
    """What happened in a run since the last time: the newest of each task and node. ``cut`` lines were left out."""

    run: str
    seconds: float
    tasks: tuple[TaskRow, ...] = ()
    nodes: tuple[NodeRow, ...] = ()
    lines: tuple[LogLine, ...] = ()
    cut: int = 0


class RunOver(Message, tag_field="sent", tag="run-over"):
    """A run has ended; ``message`` says why if it broke off."""

    run: str
    state: str
    seconds: float
    states: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    message: str = ""


class Warned(Message, tag_field="sent", tag="warned"):
    """Something is lost but stops nothing."""

    text: str
    run: str = ""


News = RunNews | RunOver | Warned
Sent = Answer | Refusal | News

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_sent: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)


def line_of(message: Message) -> bytes:
    """Return a message as a line."""
    return encoded(message) + b"\n"


def encoded(message: Message) -> bytes:
    """Return a message as JSON; halves of characters, which the name of a file may have, are told as escapes."""
    try:
        return _encoder.encode(message)
    except UnicodeEncodeError:
        return _encoder.encode(_whole(msgspec.to_builtins(message)))


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list() | tuple():
            return [_whole(item) for item in value]
        case dict():
            return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def request_of(line: bytes) -> AnyRequest:
    """Return the request that a line holds; ProtocolError if it holds none."""
    try:
        return _requests.decode(line)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"the window sent what is no request: {error}") from error


def sent_of(line: bytes) -> Sent:
    """Return what a line of the runner holds; ProtocolError if it is no message."""
    try:
        return _sent.decode(line)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"the runner sent what is no message: {error}") from error


_answers: dict[type[Request], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(answer) for kind, answer in ANSWERS.items()
}
# All decoders are made here, before there are threads: two that work out the types of one at once crash the process.


def answer_to(request: Request, answer: Answer) -> Any:
    """Return the value of an answer in the type that belongs to the request; ProtocolError if it is of another."""
    try:
        return _answers[type(request)].decode(answer.value)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"the runner's answer to {type(request).__name__} cannot be read: {error}") from error
