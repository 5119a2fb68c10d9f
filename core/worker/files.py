"""Keeps the files that modules return: moved out of scratch, stored by content, read-only."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .digest import FileDigests, UndigestedError, content_digest
from .failures import CallError

if TYPE_CHECKING:
    from collections.abc import Iterable

DIGITS = 32
"""How many digits of the digest of its content name the folder of a file."""

_MOVING = ".moving-"


class FileStore:
    """A folder of files and directories by the digest of their content; only the user can enter it.

    Several processes may keep files in it at once, also the same ones. What it has no room for is kept in ``spare``.
    """

    def __init__(self, folder: Path, spare: Path | None = None) -> None:
        self.folder = folder
        self._spare = None if spare is None or spare == folder else FileStore(spare)

    @cached_property
    def digests(self) -> FileDigests:
        """The digests of files anywhere, remembered beside the store."""
        return FileDigests(self.folder.parent / "digests.sqlite")

    def keep_all(self, value: Any, scratch: Path) -> Any:
        """Move each path inside ``scratch`` that the value holds into the store; return it with the new paths."""
        return self._kept(value, scratch, {})

    def _kept(self, value: Any, scratch: Path, moved: dict[Path, Path]) -> Any:
        if isinstance(value, Path):
            return self._keep_if_inside(value, scratch, moved)
        if type(value) in {list, set, frozenset}:
            return type(value)(self._kept(item, scratch, moved) for item in value)
        if isinstance(value, dict) and type(value) is dict:
            return {key: self._kept(item, scratch, moved) for key, item in value.items()}
        if isinstance(value, tuple):
            items = [self._kept(item, scratch, moved) for item in value]
            make = getattr(type(value), "_make", tuple)
            return make(items)
        return value

    def _keep_if_inside(self, path: Path, scratch: Path, moved: dict[Path, Path]) -> Path:
        resolved = (scratch / path).resolve()
        for folder in (resolved, *resolved.parents):
            # A path that is named twice, or lies in a folder that is named too, has gone with the first.
            if folder in moved:
                return moved[folder] / resolved.relative_to(folder)
        if path.is_relative_to(scratch) and not resolved.is_relative_to(scratch):
            # A link that leads out of scratch: the link goes, what it leads to stays.
            return resolved
        if not resolved.is_relative_to(scratch) or resolved == scratch:
            return path
        if not resolved.exists():
            name = resolved.relative_to(scratch)
            raise CallError(f"the module returned the path {name}, but there is no such file in its scratch directory")
        moved[resolved] = self.keep(resolved)
        return moved[resolved]

    def keep(self, path: Path) -> Path:
        """Move a file or directory into the store; what is there already with this content and name is used.

        CallError if there is no room for it.
        """
        digest = digest_of(path)
        try:
            return self._keep(path, digest)
        except OSError as error:
            if self._spare is not None:
                return self._spare.keep(path)
            why = f"{path.name} cannot be kept in {self.folder}: {error.strerror or error}"
            raise CallError(f"{why}. Make room there, or have the results of the run kept elsewhere") from error

    def _keep(self, path: Path, digest: str) -> Path:
        place = self.folder / digest[:DIGITS]
        kept = place / path.name
        if not is_as_kept(kept):
            # A module wrote to it, though it was only to read it.
            self._move_out(kept)
        # Whoever cleans up sees by its time that it is in use again.
        with contextlib.suppress(FileNotFoundError):
            os.utime(place)
        if not kept.exists():
            self._move_in(path, kept)
        return kept

    def _move_out(self, kept: Path) -> None:
        gone = self.folder / f"{_MOVING}{os.urandom(16).hex()}"
        gone.mkdir(mode=0o700)
        with contextlib.suppress(OSError):
            kept.rename(gone / kept.name)
        shutil.rmtree(gone, ignore_errors=True)

    def _move_in(self, path: Path, kept: Path) -> None:
        moving = self.folder / f"{_MOVING}{os.urandom(16).hex()}"
        moving.mkdir(parents=True, mode=0o700)
        try:
            copy = moving / path.name
            shutil.move(path, copy)
            _protect(copy)
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            _rename_unless_there(copy, kept)
        except OSError:
            if copy.exists() and not path.exists():
                copy.rename(path)
            raise
        finally:
            shutil.rmtree(moving, ignore_errors=True)

    def named_in(self, values: Iterable[Any]) -> tuple[str, ...]:
        """Return the files that values refer to: by their name in the store, those elsewhere by their absolute path."""
        found: dict[str, None] = {}
        for value in values:
            for path in paths_in(value):
                found[self._name_of(os.path.abspath(path))] = None  # noqa: PTH100 - links may stay
        return tuple(found)

    def _name_of(self, path: str) -> str:
        inside = path.removeprefix(f"{self.folder}{os.sep}")
        return path if inside == path else "/".join(Path(inside).parts[:2])


def _rename_unless_there(copy: Path, kept: Path) -> None:
    try:
        copy.rename(kept)
    except OSError:
        # Another process may have brought the same directory; then this copy is one too many.
        if not kept.exists():
            # And may just have taken out one that was spoilt.
            copy.rename(kept)


_CONTAINERS = (list, tuple, set, frozenset, dict)
_HOLDERS = (Path, *_CONTAINERS)


def paths_in(value: Any) -> list[Path]:
    """Return the paths in a value, also those in lists, tuples, sets and mappings."""
    found: list[Path] = []
    waiting, seen = [value], set()
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, Path):
            found.append(holder)
        elif isinstance(holder, _CONTAINERS) and id(holder) not in seen:
            seen.add(id(holder))
            items = holder.values() if isinstance(holder, dict) else holder
            # Long lists mostly hold one kind of thing, which is told much sooner than looking at each.
            if any(issubclass(kind, _HOLDERS) for kind in set(map(type, items))):
                waiting.extend(items)
    return found


def placed(value: Any, kind: str, folder: Path) -> Any:
    """Return a parameter with its relative paths counted from ``folder``; ``kind`` says whether it is a path."""
    if kind in {"path", "place"} and isinstance(value, str | os.PathLike) and not str(value).startswith("${env:"):
        return str(folder / Path(value).expanduser())
    if kind == "paths" and isinstance(value, list | tuple):
        return [placed(item, "path", folder) for item in value]
    return value


def is_as_kept(kept: Path) -> bool:
    """Say whether a file or directory of a store still has the content that it was kept with, or is not there.

    It is read only if its times say that it was written to since. Who may write to all files, as root may, can do so.
    """
    try:
        since = kept.parent.stat().st_mtime_ns
        entries = [kept, *kept.rglob("*")] if kept.is_dir() else [kept]
        if all(entry.lstat().st_mtime_ns < since for entry in entries):
            return True
        return digest_of(kept)[:DIGITS] == kept.parent.name
    except FileNotFoundError:
        # It was not there when it was looked at; if it is now, somebody has just brought it.
        return True
    except OSError:
        return False


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and contents of a directory; OSError if it cannot be read."""
    try:
        return content_digest(path).hex()
    except UndigestedError as error:
        raise OSError(str(error)) from None


def _protect(path: Path) -> None:
    entries = [path, *path.rglob("*")] if path.is_dir() else [path]
    for entry in entries:
        if not entry.is_symlink():
            # Directories stay writable for their owner, or the store could not be emptied again.
            writable = 0 if entry.is_file() else stat.S_IWUSR
            os.chmod(entry, (entry.stat().st_mode & 0o555) | writable | stat.S_IRUSR)  # noqa: PTH101
