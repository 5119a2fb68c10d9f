"""Finds modules: the standard library, installed plug-ins, the user's folder."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ..errors import ModuleLookupError, TreadleError
from ..modules import Module
from ..places import user_modules
from .catalogue import BrokenPlugin, Catalogue, search
from .discovery import Source, describe_all
from .module_cache import ModuleCache, usual_folder
from .points import entry_points, origin_of, package_of, stamp_of
from .registered import LIBRARY_FOLDER, LIBRARY_PACKAGE, find_top_level, is_defined_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.metadata import Distribution, EntryPoint

    from .discovery import Outcome

GROUP = "treadle.modules"
MANIFEST = "treadle-modules.json"
LIBRARY_DEADLINE = 30.0
"""Seconds for importing one file of the standard library; foreign ones get the caller's deadline."""

_manifests = msgspec.json.Decoder(list[Module])


class Registry:
    """Where modules come from; nothing is imported in the process that asks.

    ``user_folder`` and ``cache_folder`` are the platform's by default, ``search_path`` that of the caller.
    """

    def __init__(
        self,
        user_folder: Path | None = None,
        cache_folder: Path | None = None,
        search_path: Sequence[str] | None = None,
    ) -> None:
        self.user_folder = user_folder or user_modules()
        self._cache = ModuleCache(cache_folder or usual_folder())
        self._search_path = search_path

    def catalogue(self, deadline: float = 2.0) -> Catalogue:
        """Return all modules; what takes more than ``deadline`` seconds to import is listed as broken."""
        found = Catalogue({}, [])
        for source, outcome in self._outcomes([*_library(), *self._plugins(), *self._user_files()], deadline):
            if isinstance(outcome, TreadleError):
                found.broken.append(BrokenPlugin(source.name, str(outcome)))
            else:
                found.modules.update((module.path, module) for module in outcome)
        found.broken.sort()
        return found

    def plugins(self, deadline: float = 2.0) -> list[tuple[Source, Outcome]]:
        """Return the installed plug-ins, each with its modules or with why they cannot be had."""
        return list(self._outcomes(self._plugins(), deadline))

    def _outcomes(self, sources: Iterable[Source], deadline: float) -> Iterator[tuple[Source, Outcome]]:
        left: list[Source] = []
        for source in sources:
            try:
                modules = _from_manifest(source) if source.manifest else self._cache.get(source.item, source.stamp)
            except TreadleError as error:
                yield source, error
                continue
            if modules is None:
                left.append(source if source.deadline else source._replace(deadline=deadline))
            else:
                yield source, tuple(modules)
        for source, outcome in describe_all(left, self._search_path):
            if not isinstance(outcome, TreadleError):
                self._cache.put(source.item, source.stamp, outcome)
            yield source, outcome

    def is_registered(self, path: str) -> bool:
        """Say whether the standard library or an installed plug-in itself defines what ``path`` names.

        What it does not define is marked as running code. Nothing is imported.
        """
        return is_defined_in(path, self.packages, self._search_path)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The top-level packages of the installed plug-ins, found without importing them."""
        return frozenset(package_of(point.value) for point, _ in self._points())

    def _points(self) -> Iterator[tuple[EntryPoint, Distribution]]:
        return entry_points(GROUP, self._search_path)

    def _plugins(self) -> Iterator[Source]:
        for point, distribution in self._points():
            manifest = self._manifest(point, distribution)
            stamp, origin = stamp_of(point, distribution), origin_of(distribution)
            yield Source(point.name, "packages", point.value, stamp, manifest, origin=origin)

    def _manifest(self, point: EntryPoint, distribution: Distribution) -> Path | None:
        """Find the manifest of a plug-in's package, listed by its distribution or beside its code."""
        top = package_of(point.value)
        listed = (file.locate() for file in distribution.files or () if file.parts == (top, MANIFEST))
        for located in map(Path, map(str, listed)):
            if located.is_file():
                return located
        spec = find_top_level(top, self._search_path)
        folders = (spec.submodule_search_locations if spec else None) or ()
        return next((file for folder in folders if (file := Path(folder) / MANIFEST).is_file()), None)

    def _user_files(self) -> Iterator[Source]:
        for file in sorted(self.user_folder.glob("*.py")):
            if not file.name.startswith("_"):
                yield Source(file.name, "file", str(file), _stamp([file]))


def _library() -> Iterator[Source]:
    for file in sorted(LIBRARY_FOLDER.glob("*.py")):
        if not file.name.startswith("_"):
            value = f"{LIBRARY_PACKAGE}.{file.stem}"
            yield Source(value, "packages", value, _stamp([file]), None, "library", LIBRARY_DEADLINE)


def _stamp(files: Iterable[Path]) -> str:
    """Return what changes when one of the files does."""
    facts = [(str(file), stat.st_mtime_ns, stat.st_size) for file in files for stat in [file.stat()]]
    return json.dumps(facts)


def _from_manifest(source: Source) -> list[Module]:
    assert source.manifest is not None
    try:
        return _manifests.decode(source.manifest.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise ModuleLookupError(
            f"its manifest cannot be read: {error}",
            where=str(source.manifest),
            remedy="Correct or remove that file",
        ) from None


__all__ = ["BrokenPlugin", "Catalogue", "Registry", "search"]
