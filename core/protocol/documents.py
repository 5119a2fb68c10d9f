"""Messages about a pipeline that is edited: what is wrong with it, how fresh it is, whether it is trusted."""

from __future__ import annotations

from typing import Literal

from ..validation.problems import Problem
from .message import Message, Request


class Document(Message):
    """A pipeline as its file holds it, and the file's path, empty if it has none yet."""

    text: str
    file: str = ""


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
