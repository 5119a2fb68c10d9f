"""Brings the files that modules return from and to engines that do not see the store of the run."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.failures import Cause
from ...core.worker.files import FileStore
from .link import RequestError
from .remote import messages as m
from .remote.transfer import Arrivals, Departures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .engines import Engine
    from .link import Link

    Then = Callable[[Cause | None], None]

SECONDS = 60.0
"""In which an engine hands on, or takes, one piece of a file."""


class Filing:
    """Moves files of the store in ``files``, by their names there; ``folder`` is for what is on its way."""

    def __init__(self, link: Link, session: str, files: Path, folder: Path) -> None:
        self._link, self._session, self._store = link, session, files
        files.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._arrivals = Arrivals(folder, FileStore(files))
        self._departures = Departures(folder, _no_value, FileStore(files))
        self._there: set[tuple[str, str]] = set()

    def bring_home(self, engine: Engine, names: Sequence[str], then: Then) -> None:
        """Have files that an engine has made brought here; ``then`` is told once they are, or why they are not."""
        left = [name for name in names if not Path(name).is_absolute() and not (self._store / name).exists()]
        self._there.update((engine.uuid, name) for name in names)
        self._fetch(engine, left, 0, then)

    def _fetch(self, engine: Engine, left: Sequence[str], offset: int, then: Then) -> None:
        if not left:
            then(None)
            return
        asked = (self._session, (m.FILE, left[0]), offset)
        self._link.ask(engine.uuid, m.PIECES, asked, partial(self._fetched, engine, left, offset, then), SECONDS)

    def _fetched(self, engine: Engine, left: Sequence[str], offset: int, then: Then, answer: Any) -> None:
        if (cause := _fault(answer, engine)) is not None:
            then(cause)
            return
        total, data = answer
        taken = self._arrivals.take((m.FILE, left[0]), offset, total, data)
        if isinstance(taken, Cause):
            then(taken)
        elif taken is None:
            self._fetch(engine, left, offset + len(data), then)
        else:
            self._fetch(engine, left[1:], 0, then)

    def lacking(self, engine: Engine, names: Iterable[str]) -> list[str]:
        """Return which of these files an engine has not got."""
        if engine.facts.shared:
            return []
        return [name for name in names if not Path(name).is_absolute() and (engine.uuid, name) not in self._there]

    def bring_to(self, engine: Engine, names: Sequence[str], then: Then) -> None:
        """Have files brought to an engine; ``then`` is told once they are there, or why they are not."""
        self._put(engine, names, 0, then)

    def _put(self, engine: Engine, left: Sequence[str], offset: int, then: Then) -> None:
        if not left:
            then(None)
            return
        what = m.FILE, left[0]
        piece = self._departures.piece(what, offset)
        if isinstance(piece, Cause):
            then(piece)
            return
        total, data = piece
        payload = (self._session, what, offset, total, data)
        after = offset + len(data)
        answered = partial(self._did_put, engine, left, after if after < total else -1, then)
        self._link.ask(engine.uuid, m.PUT, payload, answered, SECONDS)

    def _did_put(self, engine: Engine, left: Sequence[str], after: int, then: Then, answer: Any) -> None:
        if (cause := _fault(answer, engine)) is not None:
            then(cause)
        elif after >= 0:
            self._put(engine, left, after, then)
        else:
            self._there.add((engine.uuid, left[0]))
            self._put(engine, left[1:], 0, then)


def _fault(answer: Any, engine: Engine) -> Cause | None:
    if isinstance(answer, Cause):
        return answer
    if isinstance(answer, RequestError) or answer == m.UNKNOWN:
        return Cause("lost contact", f"a file could not be brought from or to engine {engine.number}: {answer}")
    return None


def _no_value(_key: int) -> Any:
    raise KeyError("only files leave from here")
