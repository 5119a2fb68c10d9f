"""Makes engines ready to work for us: whatever Python they run, and whether they have Treadle or not."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from .landing import LACKS, READY
from .parcel import parcel
from .remote.messages import Facts, dumps, loads

if TYPE_CHECKING:
    from .remote.messages import Hello

LAND = (
    "(lambda source, *given: (lambda space: (exec(source, space), space['land'](*given))[1])"
    "({'__name__': '_treadle_landing'}))"
)
"""The expression for what an engine is asked to do with ``arguments``: text goes there, no code of this Python."""


class Landed(NamedTuple):
    """What came of a greeting: the facts of an engine that is ready; or which other engines can do with the same
    sending of the parcel (those that say the same); or why it cannot be used."""

    facts: Facts | None = None
    lacks: str = ""
    unfit: str = ""


def entry() -> str:
    """Return the expression for what answers ``call(verb, payload)`` on an engine that is ready."""
    return f"__import__({parcel().name!r}).call"


def arguments(hello: Hello, *, with_parcel: bool = False) -> tuple[Any, ...]:
    """Return what to give to LAND on an engine, by ``apply``; the parcel goes only where it was said to be lacking."""
    found = parcel()
    return _source(), found.name, found.digest, found.data if with_parcel else None, dumps(hello)


def landed(answer: tuple[str, Any]) -> Landed:
    """Return what the answer of an engine says."""
    status, said = answer
    if status == READY:
        return Landed(facts=Facts(*loads(said)))
    return Landed(lacks=said) if status == LACKS else Landed(unfit=said)


@lru_cache(maxsize=1)
def _source() -> str:
    return (files(__package__) / "landing.py").read_text(encoding="utf-8")
