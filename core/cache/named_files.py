"""Tells whether the files that a kept value refers to are still what they were."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import stat
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from ..worker.digest import UndigestedError, content_digest, stamp_of
from ..worker.files import DIGITS, is_as_kept
from .entries import NamedFile
from .index import SET_ASIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NOTHING = b""


class ChangedFileError(Exception):
    """A file that a module returned was changed before its result was kept."""


class NamedFiles:
    """The folder ``files`` of a cache, where the files lie that modules returned; and files elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self._set_aside = folder / SET_ASIDE

    def named(self, name: str) -> NamedFile:
        """Return a file with what changes when it changes; those in the store are synced to the disk.

        ChangedFileError if one of those is not any more what a module returned.
        """
        if Path(name).is_absolute():
            return NamedFile(name, file_stamp(Path(name)))
        if not is_as_kept(self.folder / name):
            raise ChangedFileError(f"a module has changed {self.folder / name}, which it was only to read")
        size = 0
        for file in _files_of(self.folder / name):
            _sync(file)
            with contextlib.suppress(OSError):
                size += file.lstat().st_size
        return NamedFile(name, _tree_stamp(self.folder / name), size)

    def is_sound(self, file: NamedFile) -> bool:
        """Say whether a file is still what it was; one of the store that is not is set aside."""
        path = self.folder / file.name
        if Path(file.name).is_absolute():
            return file_stamp(path) == file.stamp
        if _tree_stamp(path) == file.stamp:
            return True
        try:
            if content_digest(path).hex()[:DIGITS] == _place_of(file.name):
                return True
        except UndigestedError:
            pass
        with contextlib.suppress(OSError):
            # A module that returns this content again must find the place free.
            self._set_aside.mkdir(mode=0o700, exist_ok=True)
            path.rename(self._set_aside / f"{uuid.uuid4().hex}-{path.name[-100:]}")
        return False

    def unused(self, used: set[str], older_than: float, unwanted: Iterable[str] = ()) -> Iterator[Path]:
        """Take out of use, one after the other, the places that hold no file of ``used`` and are older than this.

        Those that hold ``unwanted`` files need not be old.
        """
        holding = {_place_of(name) for name in used}
        dropped = {_place_of(name) for name in unwanted}
        with contextlib.suppress(FileNotFoundError):
            for place in sorted(self.folder.iterdir()):
                since = math.inf if place.name in dropped else older_than
                if place.name not in holding and (taken := self._taken(place, since)):
                    yield taken

    def _taken(self, place: Path, older_than: float) -> Path | None:
        taken = self.folder / f".removing-{uuid.uuid4().hex}"
        try:
            if place.lstat().st_mtime >= older_than:
                return None
            place.rename(taken)
            if taken.lstat().st_mtime >= older_than:
                # Somebody began to use it just now.
                taken.rename(place)
                return None
        except OSError:
            return None
        return taken


def _place_of(name: str) -> str:
    return name.partition("/")[0]


def file_stamp(path: Path) -> bytes:
    """Return what changes when a file changes; of a directory, when something in it comes or goes. Empty if none."""
    try:
        return stamp_of(path.stat())
    except OSError:
        return _NOTHING


def _tree_stamp(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode):
            return stamp_of(status)
        digest = hashlib.blake2b(digest_size=16)
        for entry in _walked(path):
            digest.update(os.fsencode(entry) + b"\0" + stamp_of(entry.lstat()))
        return digest.digest()
    except OSError:
        return _NOTHING


def _walked(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted([*folders, *files]))


def _files_of(path: Path) -> Iterator[Path]:
    yield from (entry for entry in (_walked(path) if path.is_dir() else (path,)) if entry.is_file())


def _sync(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        os.fsync(file.fileno())
