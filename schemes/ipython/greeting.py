"""Makes engines ready for us: brings our part onto them, opens a session there, and hears what they can do."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .bootstrap import LAND, arguments, landed
from .link import RequestError
from .local_code import is_installed
from .remote.messages import Hello

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engines import Engine
    from .link import Link
    from .nobody import Setup
    from .remote.messages import Facts

    Then = Callable[[Facts | RequestError], None]


class Greeting:
    """Greets engines for one session; what every one of them needs is sent once to those that share a folder."""

    def __init__(self, link: Link, setup: Setup, session: str, folder: Path) -> None:
        self._link = link
        token = written_token(folder)
        self._hello = Hello(
            session,
            (socket.gethostname(), getpass.getuser(), os.getpid()),
            sys.version_info[:2],
            str(folder),
            str(setup.files),
            token,
            own_search_path(setup.search_path),
            dict(setup.environment),
            fallback=dict(setup.fallback),
        )
        self._bringing: dict[str, list[Callable[[], None]]] = {}

    def greet(self, engine: Engine, then: Then) -> None:
        """Make an engine ready and tell what it says of itself, or why it cannot be used."""
        self._land(engine, then, with_parcel=False)

    def _land(self, engine: Engine, then: Then, *, with_parcel: bool) -> None:
        given = arguments(self._hello, with_parcel=with_parcel)
        self._link.apply(engine.uuid, LAND, given, partial(self._landed, engine, then, with_parcel))

    def _landed(self, engine: Engine, then: Then, with_parcel: bool, answer: Any) -> None:  # noqa: FBT001 - one of ours
        if isinstance(answer, RequestError):
            then(answer)
            return
        found = landed(answer)
        if found.facts is not None:
            then(found.facts)
        elif found.unfit or with_parcel:
            then(RequestError(found.unfit or "what was sent there cannot be found again"))
        else:
            self._bring(engine, then, found.lacks)

    def _bring(self, engine: Engine, then: Then, where: str) -> None:
        """Send our part; the other engines of the same place try again once it is there."""
        again = partial(self._land, engine, then, with_parcel=False)
        if where in self._bringing:
            self._bringing[where].append(again)
            return
        self._bringing[where] = []

        def brought(answer: Facts | RequestError) -> None:
            for other in self._bringing.pop(where):
                other()
            then(answer)

        self._land(engine, brought, with_parcel=True)


def written_token(folder: Path) -> tuple[str, str]:
    """Write a file by which an engine sees whether it shares a folder; return its name and what is in it."""
    name, content = "token", secrets.token_hex(16)
    (folder / name).write_text(content)
    return name, content


def own_search_path(folders: tuple[Path, ...]) -> tuple[str, ...]:
    """Return where this program looks for its own modules: not what is installed, which engines have or lack."""
    ours = Path(__file__).resolve().parents[2]
    found: dict[str, None] = {}
    for entry in [*sys.path, *map(str, folders)]:
        path = Path(entry or os.getcwd())  # noqa: PTH109 - a plain string
        holds_ours = (path / "treadle").is_dir() and ours.is_relative_to(path.resolve())
        if path.is_dir() and not is_installed(path) and not holds_ours:
            found[str(path)] = None
    return tuple(found)
