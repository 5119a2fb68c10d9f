"""Moves values and files in pieces, where no file system is shared; both sides use it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....core.worker import container
from ....core.worker.failures import Cause
from .messages import FILE, PIECE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....core.worker.container import Packed
    from ....core.worker.files import FileStore
    from .messages import What

_TAR = b"T"
_PLAIN = b"P"
"""The first byte of a file on its way: whether it is a folder, as a tar archive, or just a file."""


class Departures:
    """Gives values and files away, from a file that is made when the first piece is asked for."""

    def __init__(self, folder: Path, packed: Callable[[Any], Packed], files: FileStore) -> None:
        self._folder, self._packed, self._files = folder, packed, files

    def piece(self, what: What, offset: int) -> tuple[int, bytes] | Cause:
        """Return how many bytes there are in all, and those from ``offset`` on, up to PIECE; a Cause says why not."""
        waiting = self._folder / _name("departing", what)
        try:
            if not waiting.exists():
                self._make(what, waiting)
            with waiting.open("rb") as file:
                total = os.fstat(file.fileno()).st_size
                file.seek(offset)
                data = file.read(PIECE)
            if offset + len(data) >= total:
                # Asked again, it is made again.
                waiting.unlink()
        except (KeyError, FileNotFoundError):
            return Cause("lost contact", f"the engine does not have {_shown(what)} any more")
        except OSError as error:
            return Cause("insufficient resources", f"there is no room to hand on {_shown(what)}: {error}")
        return total, data

    def _make(self, what: What, waiting: Path) -> None:
        kind, name = what
        if kind != FILE:
            container.write(waiting, self._packed(name))
            return
        source = self._files.folder / _inside(name)
        partial = waiting.with_suffix(".partial")
        with partial.open("wb") as file:
            if source.is_dir() and not source.is_symlink():
                file.write(_TAR)
                with tarfile.open(fileobj=file, mode="w|") as archive:
                    archive.add(source, arcname=source.name)
            else:
                file.write(_PLAIN)
                with source.open("rb") as content:
                    shutil.copyfileobj(content, file)
        partial.rename(waiting)


class Arrivals:
    """Takes values and files; pieces come in order, and the first one begins anew."""

    def __init__(self, folder: Path, files: FileStore) -> None:
        self._folder, self._files = folder, files

    def take(self, what: What, offset: int, total: int, data: bytes) -> Path | int | Cause | None:
        """Take a piece; None until the last one.

        Then 0 for a file, which lies in its place, and for a value the path of its container, which belongs to the
        caller. A Cause says why it cannot be taken.
        """
        arriving = self._folder / _name("arriving", what)
        try:
            with arriving.open("wb" if offset == 0 else "r+b") as file:
                file.seek(offset)
                file.write(data)
            if offset + len(data) < total:
                return None
            if what[0] != FILE:
                return arriving
            self._place(str(what[1]), arriving)
        except (OSError, tarfile.TarError) as error:
            with contextlib.suppress(OSError):
                arriving.unlink()
            return Cause("insufficient resources", f"there is no room for {_shown(what)}: {error}")
        return 0

    def _place(self, name: str, arriving: Path) -> None:
        inside = _inside(name)
        unpacked = self._folder / f"{arriving.name}.unpacked"
        unpacked.mkdir(mode=0o700)
        try:
            with arriving.open("rb") as file:
                if file.read(1) == _TAR:
                    with tarfile.open(fileobj=file, mode="r|") as archive:
                        archive.extractall(unpacked, **_FILTER)  # noqa: S202 - from our own runner or engine
                else:
                    with (unpacked / inside.name).open("wb") as content:
                        shutil.copyfileobj(file, content)
            if self._files.keep(unpacked / inside.name).parent.name != inside.parts[0]:
                raise OSError("it was changed on its way")
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
            arriving.unlink()


_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def _inside(name: str) -> Path:
    """Return the name of a kept file as a path inside the store; FileNotFoundError if it is none."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or len(path.parts) != 2:
        raise FileNotFoundError(name)
    return path


def _name(kind: str, what: What) -> str:
    return f"{kind}-{hashlib.sha256(repr(what).encode()).hexdigest()[:24]}"


def _shown(what: What) -> str:
    return f"the file {what[1]}" if what[0] == FILE else "a value"
