"""The beginning and the end of a conversation."""

from __future__ import annotations

from .message import VERSION, Message, Request


class Hello(Request, tag="hello"):
    """The first request; answered by Welcome, or refused if the versions differ."""

    version: int = VERSION


class Ping(Request, tag="ping"):
    """Say that the runner lives; answered by Done at once."""


class Detach(Request, tag="detach"):
    """Go on without the window until the runs are over; answered by Detached."""


class Shutdown(Request, tag="shutdown"):
    """End the runs and the runner; answered by Done."""


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


class Detached(Message):
    """The runs that go on."""

    runs: tuple[str, ...]
