"""Which modules a job needs, which engines have them, and what of the user's own files is sent to the others."""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.call import Applied, Items, Labelled
from .link import RequestError
from .local_code import is_installed
from .remote import messages as m

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...core.worker.call import Argument, Target
    from .engines import Engine
    from .jobs import Job
    from .link import Link

LARGEST = 16 << 20
"""In bytes: what is sent of one package of the user's own."""


class Needs:
    """Asks each engine once for each module, and remembers the answers."""

    def __init__(self, link: Link, session: str, search_path: Sequence[Path]) -> None:
        self._link, self._session, self._search_path = link, session, search_path
        self._of_kind: dict[int, frozenset[str]] = {}
        self._has: dict[tuple[str, str], bool | None] = {}
        self._everywhere: tuple[frozenset[str], set[int]] = frozenset(), set()

    def are_met(self, job: Job, engines: Sequence[Engine]) -> bool:
        """Say whether all these engines are known to have what a job needs."""
        here = frozenset(one.uuid for one in engines)
        if self._everywhere[0] != here:
            self._everywhere = here, set()
        if job.kind in self._everywhere[1]:
            return True
        met = all(self._has.get((uuid, name)) for uuid in here for name in self._needed(job))
        if met:
            self._everywhere[1].add(job.kind)
        return met

    def met_by(self, job: Job, engine: Engine) -> bool | None:
        """Say whether an engine has what a job needs; None as long as it has not said."""
        met: bool | None = True
        for name in self._needed(job):
            known = self._has.get((engine.uuid, name), False)
            if (engine.uuid, name) not in self._has:
                self._has[engine.uuid, name] = known = None
                asked = (self._session, (name,))
                self._link.ask(engine.uuid, m.LACKS, asked, partial(self._answered, engine, name))
            if known is False:
                job.unfit[engine.uuid] = f"it has no module {name!r}"
                return False
            met = met and known
        return met

    def _needed(self, job: Job) -> frozenset[str]:
        found = self._of_kind.get(job.kind)
        if found is None:
            names = {target.path.partition(":")[0].partition(".")[0] for target in _targets(job)}
            found = self._of_kind[job.kind] = frozenset(names - {"", "builtins"})
        return found

    def _answered(self, engine: Engine, name: str, answer: Any) -> None:
        if isinstance(answer, RequestError) or answer == m.UNKNOWN:
            # It may be held up: what it cannot import, it will say when it is to.
            self._has[engine.uuid, name] = True
            return
        if not answer:
            self._has[engine.uuid, name] = True
            return
        files = sources(name, [*map(str, self._search_path), *sys.path])
        if not files:
            self._has[engine.uuid, name] = False
            return
        supplied = partial(self._supplied, engine, name)
        self._link.ask(engine.uuid, m.SUPPLY, (self._session, files), supplied, 60.0)

    def _supplied(self, engine: Engine, name: str, answer: Any) -> None:
        self._has[engine.uuid, name] = not isinstance(answer, RequestError)


def _targets(job: Job) -> Iterator[Target]:
    yield job.call.form.target
    for argument in job.call.arguments.values():
        yield from _applied(argument)


def _applied(argument: Argument) -> Iterator[Target]:
    match argument:
        case Applied(function, inner):
            yield function
            yield from _applied(inner)
        case Items(items):
            for item in items:
                yield from _applied(item)
        case Labelled(_, inner):
            yield from _applied(inner)


def sources(name: str, search_path: Sequence[str]) -> dict[str, bytes]:
    """Return the files of a module or package of the user's own, by their names below the folder it lies in.

    Empty if it is not there, is installed, or is too large. Nothing is imported.
    """
    with contextlib.suppress(Exception):
        spec = PathFinder.find_spec(name, [entry or "." for entry in search_path])
        if spec is None or not spec.origin or not spec.has_location or is_installed(Path(spec.origin)):
            return {}
        origin = Path(spec.origin)
        if not spec.submodule_search_locations:
            return {origin.name: origin.read_bytes()}
        folder = origin.parent
        files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        if sum(path.stat().st_size for path in files) <= LARGEST:
            return {str(path.relative_to(folder.parent)): path.read_bytes() for path in files}
    return {}
