"""Messages about schemes: how a person has set them, and why a node runs where it does."""

from __future__ import annotations

from msgspec import Struct, field

from .documents import Document
from .message import Message, Request


class SchemeSettings(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a scheme is set; 0 and "" mean that Treadle chooses.

    ``number`` of threads, processes or, where a cluster is started for the run, engines; ``memory_gb`` that each
    worker may take; ``renew_after`` so many tasks a process is replaced by a fresh one; ``profile`` of IPython.
    """

    number: int = 0
    memory_gb: float = 0.0
    renew_after: int = 0
    profile: str = ""


class AskSchemes(Request, tag="ask-schemes"):
    """Say on which scheme nodes would run now, and why; answered by SchemeReasons. No node: all of them."""

    document: Document
    nodes: tuple[str, ...] = ()
    scheme: str = "auto"
    preference: tuple[str, ...] = ()
    settings: dict[str, SchemeSettings] = field(default_factory=dict)


class TryScheme(Request, tag="try-scheme"):
    """Import the scheme of a plug-in in a process of its own; answered by SchemeTried."""

    name: str


class SchemeTried(Message):
    """Why the scheme of a plug-in cannot be used; empty if it can."""

    why: str


class Candidate(Message):
    """A scheme as a node sees it: why not, or what speaks for it, and the seconds until done, -1 if not known."""

    scheme: str
    eligible: bool
    reason: str
    seconds: float = -1.0


class NodeSchemes(Message):
    """The scheme that these nodes would be given (empty: none can take them), why, and all, in the person's order.

    ``preferred`` is what the nodes themselves ask for.
    """

    nodes: tuple[str, ...]
    chosen: str
    reason: str
    candidates: tuple[Candidate, ...]
    preferred: str = "auto"


class SchemeReasons(Message):
    """What was asked, told once for all nodes of which the same holds."""

    found: tuple[NodeSchemes, ...]
