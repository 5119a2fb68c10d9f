"""Keeps the files that modules return: moved out of scratch, stored by content, read-only."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20


class FileStore:
    """A folder of files and directories by the digest of their content; only the user can enter it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
        if not resolved.is_relative_to(scratch) or resolved == scratch or not resolved.exists():
            return path
        moved[resolved] = self.keep(resolved)
        return moved[resolved]

    def keep(self, path: Path) -> Path:
        """Move a file or directory into the store; what is there already with this content and name is used."""
        place = self.folder / digest_of(path)[:32]
        kept = place / path.name
        if not kept.exists():
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.move(path, kept)
            _protect(kept)
        return kept


def placed(value: Any, kind: str, folder: Path) -> Any:
    """Return a parameter with its relative paths counted from ``folder``; ``kind`` says whether it is a path."""
    if kind == "path" and isinstance(value, str | os.PathLike) and not str(value).startswith("${env:"):
        return str(folder / Path(value).expanduser())
    if kind == "paths" and isinstance(value, list | tuple):
        return [placed(item, "path", folder) for item in value]
    return value


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and contents of a directory."""
    digest = hashlib.sha256()
    if path.is_dir():
        for entry in sorted(path.rglob("*")):
            digest.update(f"\0{entry.relative_to(path)}\0".encode())
            if entry.is_file():
                digest.update(digest_of(entry).encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _protect(path: Path) -> None:
    entries = [path, *path.rglob("*")] if path.is_dir() else [path]
    for entry in entries:
        if not entry.is_symlink():
            # Directories stay writable for their owner, or the store could not be emptied again.
            writable = 0 if entry.is_file() else stat.S_IWUSR
            os.chmod(entry, (entry.stat().st_mode & 0o555) | writable | stat.S_IRUSR)  # noqa: PTH101
