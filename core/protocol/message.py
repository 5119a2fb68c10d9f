"""What every message of a conversation is, and what the two sides agree on before the first one."""

from __future__ import annotations

from msgspec import Raw, Struct

MAGIC = "treadle runner"
VERSION = 2
MOST_BYTES = 256 * 2**20
"""No line is longer than this; a longer one ends the conversation."""


class ProtocolError(Exception):
    """What came is no message of this version."""


class Message(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line. Nobody changes it."""


class Request(Message, tag_field="request"):
    """Something the window asks for; ``number`` is given back with the answer."""

    number: int


class CancelRequest(Request, tag="cancel-request"):
    """Give up a request that is being carried out, if it still is; answered by Done at once.

    What it had begun is undone, and then it is refused with ``CancelledError``.
    """

    asked: int


class Done(Message):
    """What was asked for is done, or is being done."""


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


class Doing(Message, tag_field="sent", tag="doing"):
    """How far a request (``asked``) has got that takes long; ``fraction`` is -1 where nobody can know."""

    asked: int
    text: str
    fraction: float = -1.0


class Warned(Message, tag_field="sent", tag="warned"):
    """Something is lost but stops nothing."""

    text: str
    run: str = ""
