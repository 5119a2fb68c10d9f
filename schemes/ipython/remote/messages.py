"""What the runner and an engine say to each other: every request, answer and live message, as plain data.

``hello`` and ``run`` are ``call(verb, payload)`` on the engine's shell channel, one at a time; the other verbs come
through its control channel, which answers while a batch runs: requests of the type ``REQUEST``, whose one buffer is
dumps((verb, payload)), answered by ``REPLY`` with dumps(("ok", answer)) or dumps(("error", text)). Payload and answer
are pickles made by ``dumps``. What each verb takes and gives:

========== ============================================ ===========================================================
verb       takes                                        gives
========== ============================================ ===========================================================
``hello``  ``Hello``                                    ``Facts``
``run``    ``Batch``                                    ``Ran``
``recall`` (session, numbers)                           those of them that were not begun: now they never will be
``stop``   (session, number)                            (DROPPED, RUNNING or OVER, asks): see STOP
``write``  (session, keys, folder)                      {key: (path, size) or Cause}: containers in ``folder``
``piece``  (session, what, offset)                      (total, bytes) or Cause: of a value's container, or of a file
``put``    (session, what, offset, total, bytes)        None; after the last piece the key of a value, or 0; or Cause
``forget`` (session, keys, paths)                       None
``lacks``  (session, names)                             the names of modules that cannot be found
``supply`` (session, {relative file name: bytes})       None; the files are on the search path from now on
``end``    (session,)                                   None; the engine forgets the session and its folder
``break``  ("",)                                        the task that runs, of whichever session: see BREAK
``look``   (session,)                                   ``Load``
========== ============================================ ===========================================================

A *session* is one scheme on one engine. Of a session that an engine does not know, every verb but ``hello`` and ``end``
answers ``UNKNOWN``: the engine was restarted, or has ended the session because its owner was gone. ``break`` answers so
where no task runs.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....core.worker.call import ValueId

PIECE = 16 << 20
"""In bytes: what ``piece`` gives, and ``put`` should take, at a time."""

LIVE = "treadle"
"""The type of the messages that an engine sends while a batch runs."""

UNKNOWN = "unknown session"
"""The answer to whoever names a session that the engine does not have."""

REQUEST, REPLY = "treadle_request", "treadle_reply"
"""The types of the messages on the control channel."""

HELLO, RUN = "hello", "run"
RECALL, STOP, WRITE, PIECES, PUT, FORGET = "recall", "stop", "write", "piece", "put", "forget"
LACKS, SUPPLY, END, LOOK, BREAK = "lacks", "supply", "end", "look", "break"
"""STOP names the job that the next SIGINT may interrupt. A job that was not begun is dropped, and never will be. In one
that runs ``cancelled()`` is true from then on, and ``asks`` says whether it has asked; SIGINT raises KeyboardInterrupt
in it, once. BREAK raises it at once in what runs, which fails with BROKEN: a person wants it so. Nothing else ever
interrupts a job: a SIGINT may be meant for what ran before, or for what a person runs there by hand."""

BROKEN = "somebody interrupted its engine, as Ctrl-C does"

DROPPED, RUNNING, OVER = "dropped", "running", "over"

# What ``piece`` and ``put`` speak of

What = tuple[str, Any]
"""(VALUE, key) of a value to be had from the engine, (VALUE, any name) of one to be put there; (FILE, "digest/name")
of a file or folder that a module returned, as Result.files names it."""

VALUE, FILE = "value", "file"


class Hello(NamedTuple):
    """Opens a session, or tells an open one what is new.

    ``owner`` is (host, user, pid) of the runner, ``python`` its version: functions travel by value only to the same
    minor version. ``folder`` is where values for all engines go, and ``files`` the folder of the files that modules
    return; ``token`` is (name, content) of a file in ``folder`` by which the engine sees whether it shares them.
    ``environment`` is added to the environment of all tasks, and of ``fallback`` what the engine has not. ``modules``
    are names to be looked for. ``budget`` is how many bytes of values the engine may hold in memory (0: its part of the
    host's). A second Hello of a session changes the environment and looks at the folders again.
    """

    session: str
    owner: tuple[str, str, int]
    python: tuple[int, int]
    folder: str
    files: str
    token: tuple[str, str]
    search_path: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    modules: tuple[str, ...] = ()
    budget: int = 0
    fallback: Mapping[str, str] = {}


class Facts(NamedTuple):
    """What an engine says of itself.

    ``shared`` says whether it reads and writes the runner's folders, ``why_not`` why it does not. ``versions`` are
    those of cloudpickle, numpy and ipykernel as far as they are installed. ``missing`` are the modules it cannot find,
    ``memory`` is in bytes, ``folder`` the one it keeps for this session.
    """

    host: str
    user: str
    pid: int
    parent: int
    python: tuple[int, int, int]
    versions: Mapping[str, str]
    cores: int
    memory: int
    shared: bool
    why_not: str
    missing: tuple[str, ...]
    folder: str
    executable: str
    started: int


class Load(NamedTuple):
    """How it goes on an engine now: the load of its host, free memory of the host and resident memory of the engine in
    bytes, by session how many values it keeps and their bytes in memory, and the task that runs, with its seconds."""

    load: float
    free: int
    resident: int
    kept: Mapping[str, tuple[int, int]]
    running: tuple[str, float] | None


# A batch

Slot = bytes | tuple[str, int] | int
"""How an engine gets a value: inline, from a container file (path, size), or from its own by key."""

Slots = tuple[Slot, ...] | dict[tuple[str, str, int], Slot]

Job = tuple[int, str, int, int, Any, Any]
"""(number, task, attempt, kind, arguments, slots), as processes send them: ``arguments`` are the bytes of
``Encoder.encode``, ``kind`` the number of their template, and ``slots`` {ValueId: Slot}; or they are the tuple of the
values that are given, ``kind`` is the number of ``Encoder.shape``, and ``slots`` the tuple of Slots of the others, in
their order. Numbers rise within a session and name a job in all that is said of it."""


class Batch(NamedTuple):
    """Jobs, to be executed in this order; ``templates`` are those of them that this session has not sent here before
    (the template of a shape too). That its jobs begin is told before they do if they may be ``long``, or have time
    limits: one that holds the interpreter lets nothing be told afterwards."""

    session: str
    templates: Mapping[int, bytes]
    jobs: Sequence[Job]
    long: bool = False


class Ran(NamedTuple):
    """How a batch ended: the messages that were not told live, how many packets were, and which jobs were not begun
    because they were recalled."""

    messages: Sequence[Message]
    packets: int
    not_begun: tuple[int, ...]


# Messages, live and in the reply, in the order of what they tell

Message = tuple[Any, ...]
"""(BEGAN, number): only of jobs that run for some time;
(PROGRESS, number, fraction, text): no more than thirty a second, the last word always;
(LINES, number, [line, …]): what the job logged and printed, bounded and harmless as ``hosting.lines`` makes it;
(ANSWER, number, outcome, seconds, cpu_seconds, peak_memory, leftovers): once for each job that was begun, after all
its other messages. ``outcome`` is a Cause, or (values, rest) as ``hosting.answers`` makes it: values are
{(output, place): pickle, or (key, size) of one that stays on the engine}. ``leftovers`` are the commands of
processes that the module had left running. The Cause of a job that an interruption ended has the kind
``cancelled``; of one whose input the engine does not have any more, ``lost contact``."""

BEGAN, PROGRESS, LINES, ANSWER = range(4)

Packet = tuple[int, list[Message]]
"""What a live message holds, as the pickle in its only buffer: its serial number in the batch, from 0, and messages."""


def dumps(value: Any) -> bytes:
    """Pickle a payload or a reply."""
    return pickle.dumps(value, 5)


def loads(data: Any) -> Any:
    """Return what ``dumps`` was given."""
    return pickle.loads(data)  # noqa: S301 - whoever is connected may execute anything anyway


def value_name(value: ValueId) -> What:
    """Return by what name to put a value on an engine."""
    return VALUE, value
