"""Brings values from the engines that keep them to whoever else needs them: this machine, or another engine."""

from __future__ import annotations

import os
import uuid
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.failures import Cause
from ...core.worker.handing import hand_out, load
from .link import NoAnswerError, RequestError
from .remote import messages as m
from .values import Large, remove

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core.worker.call import ValueId
    from ...core.worker.handing import Handed
    from .engines import Engine
    from .link import Link
    from .values import Values

    Readable = Callable[[Handed | Cause], None]

PATIENCE = 6
"""How often an engine is asked again for a value while a module holds its interpreter, ten seconds each time."""


class Carrying:
    """Moves values; nothing waits here. ``folder`` is where values are written that this machine is to read.

    Engines that share its files write into it and read from it. From and to the others the bytes of the container go
    through the cluster, in pieces.
    """

    def __init__(self, link: Link, engines: Mapping[str, Engine], values: Values, session: str, folder: Path) -> None:
        self._link, self._engines, self._values = link, engines, values
        self._session, self._folder = session, folder
        self._wanted: dict[ValueId, list[Readable]] = {}

    def readable(self, value: ValueId, then: Readable) -> None:
        """Have a value made readable for this machine and say how it is read, or why it cannot be."""
        try:
            held = self._values.where(value)
        except KeyError:
            then(_gone(value))
            return
        if not isinstance(held, Large) or held.path:
            then(held if isinstance(held, bytes) else (held.path, held.size))
            return
        waiting = self._wanted.setdefault(value, [])
        waiting.append(then)
        if len(waiting) == 1:
            self._fetch(value, held, 0)

    def all_readable(self, parts: list[ValueId], then: Callable[[list[Handed] | Cause], None]) -> None:
        """Do as ``readable`` for several values; ``then`` is told once, of all of them or of the first that is gone."""
        found: dict[ValueId, Handed] = {}
        waiting = [then]

        def take(part: ValueId, handed: Handed | Cause) -> None:
            if isinstance(handed, Cause):
                while waiting:
                    waiting.pop()(handed)
                return
            found[part] = handed
            if len(found) == len(parts) and waiting:
                waiting.pop()([found[one] for one in parts])

        if not parts:
            then([])
        for part in parts:
            self.readable(part, partial(take, part))

    def together(self, value: ValueId, parts: list[ValueId], then: Readable) -> None:
        """Do as ``readable`` for a value that is kept in parts: it is the list of them."""
        self.all_readable(
            parts, lambda all_of: then(all_of if isinstance(all_of, Cause) else self._listed(value, all_of))
        )

    def _listed(self, value: ValueId, handed: list[Handed]) -> Handed | Cause:
        try:
            return hand_out([load(one) for one in handed], self._folder, self._folder)
        except Exception as error:  # noqa: BLE001 - classes of modules may do anything when they are unpickled
            return Cause("not picklable", f"the output {value[1]!r} of {value[0]} cannot be put together: {error}")

    def bring(self, value: ValueId, engine: Engine, then: Callable[[Cause | None], None]) -> None:
        """Have a value brought to an engine; ``then`` is told once it is there, or why it is not."""
        self.readable(value, partial(self._brought, value, engine, then))

    def lost(self, values: Mapping[str, list[ValueId]]) -> None:
        """Tell who waits for values that are gone now."""
        for gone in values.values():
            for value in gone:
                self._tell(value, _gone(value))

    # From an engine

    def _fetch(self, value: ValueId, held: Large, tries: int) -> None:
        keeper = next((self._engines[name] for name in held.at if name in self._engines), None)
        if keeper is None:
            self._tell(value, _gone(value))
            return
        key = held.at[keeper.uuid]
        if keeper.facts.shared and type(key) is int:
            payload = (self._session, [key], str(self._folder))
            self._link.ask(keeper.uuid, m.WRITE, payload, partial(self._written, value, key, tries))
        else:
            path = self._folder / uuid.uuid4().hex
            self._piece(value, keeper, key, path, 0, tries)

    def _written(self, value: ValueId, key: int, tries: int, answer: Any) -> None:
        if isinstance(answer, RequestError):
            self._again(value, tries, answer)
            return
        handed = answer.get(key, _gone(value))
        if not isinstance(handed, Cause):
            self._is_readable(value, *handed)
        else:
            self._tell(value, handed)

    def _piece(self, value: ValueId, keeper: Engine, key: Any, path: Path, offset: int, tries: int) -> None:
        payload = (self._session, (m.VALUE, key), offset)
        heard = partial(self._got_piece, value, keeper, key, path, offset, tries)
        self._link.ask(keeper.uuid, m.PIECES, payload, heard)

    def _got_piece(
        self, value: ValueId, keeper: Engine, key: Any, path: Path, offset: int, tries: int, answer: Any
    ) -> None:
        if isinstance(answer, RequestError) or answer == m.UNKNOWN:
            remove(f"{path}.partial")
            self._again(value, tries, answer)
            return
        if isinstance(answer, Cause):
            remove(f"{path}.partial")
            self._tell(value, answer)
            return
        total, data = answer
        try:
            _append(Path(f"{path}.partial"), offset, data)
            if offset + len(data) >= total:
                Path(f"{path}.partial").rename(path)
        except OSError as error:
            remove(f"{path}.partial")
            self._tell(
                value, Cause("insufficient resources", f"there is no room for {value[1]!r} of {value[0]}: {error}")
            )
            return
        if offset + len(data) < total:
            self._piece(value, keeper, key, path, offset + len(data), tries)
        else:
            self._is_readable(value, str(path), total)

    def _again(self, value: ValueId, tries: int, answer: Any) -> None:
        """Ask once more: the engine may be gone, or held up by what it executes."""
        try:
            held = self._values.where(value)
        except KeyError:
            self._tell(value, _gone(value))
            return
        assert isinstance(held, Large)
        if isinstance(answer, NoAnswerError) and tries < PATIENCE:
            self._fetch(value, held, tries + 1)
        else:
            why = f"the engine that keeps {value[1]!r} of {value[0]} does not hand it on: {answer}"
            self._tell(value, Cause("lost contact", why))

    def _is_readable(self, value: ValueId, path: str, size: int) -> None:
        try:
            held = self._values.where(value)
        except KeyError:
            # It was released meanwhile.
            remove(path)
            self._tell(value, _gone(value))
            return
        assert isinstance(held, Large)
        held.path, held.size = path, size
        self._tell(value, (path, size))

    def _tell(self, value: ValueId, handed: Handed | Cause) -> None:
        for then in self._wanted.pop(value, []):
            then(handed)

    # To an engine that does not see our files

    def _brought(
        self, value: ValueId, engine: Engine, then: Callable[[Cause | None], None], handed: Handed | Cause
    ) -> None:
        if isinstance(handed, Cause | bytes) or engine.facts.shared:
            then(handed if isinstance(handed, Cause) else None)
            return
        self._put(value, engine, then, handed[0], 0)

    def _put(
        self, value: ValueId, engine: Engine, then: Callable[[Cause | None], None], path: str, offset: int
    ) -> None:
        try:
            total = os.stat(path).st_size  # noqa: PTH116 - a plain string
            with open(path, "rb") as file:  # noqa: PTH123 - a plain string
                file.seek(offset)
                data = file.read(m.PIECE)
        except OSError:
            then(_gone(value))
            return
        payload = (self._session, m.value_name(value), offset, total, data)
        after = offset + len(data) if offset + len(data) < total else -1
        self._link.ask(engine.uuid, m.PUT, payload, partial(self._did_put, value, engine, then, path, after), 60.0)

    def _did_put(
        self,
        value: ValueId,
        engine: Engine,
        then: Callable[[Cause | None], None],
        path: str,
        after: int,
        answer: Any,
    ) -> None:
        if isinstance(answer, RequestError) or answer == m.UNKNOWN:
            then(
                Cause(
                    "lost contact",
                    f"{value[1]!r} of {value[0]} could not be brought to engine {engine.number}: {answer}",
                )
            )
        elif isinstance(answer, Cause):
            then(answer)
        elif after >= 0:
            self._put(value, engine, then, path, after)
        else:
            try:
                held = self._values.where(value)
            except KeyError:
                then(_gone(value))
                return
            assert isinstance(held, Large)
            held.at[engine.uuid] = answer
            then(None)


def _append(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b" if offset else "wb") as file:
        file.seek(offset)
        file.write(data)


def _gone(value: ValueId) -> Cause:
    return Cause("lost contact", f"the output {value[1]!r} of {value[0]} is gone")
