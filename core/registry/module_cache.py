"""Keeps descriptions of modules between sessions, one JSON file a source; a damaged file is just a miss."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ..modules import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = 1
"""Raised when descriptions change their meaning, so that older ones are made anew."""


class _Kept(Struct, forbid_unknown_fields=True):
    version: str
    name: str
    stamp: str
    modules: list[Module]


_decoder = msgspec.json.Decoder(_Kept)


def usual_folder() -> Path:
    """Return the folder of descriptions that Treadle keeps for a user."""
    import platformdirs

    return platformdirs.user_cache_path("treadle") / "modules"


class ModuleCache:
    """Descriptions by name of their source, valid for one stamp and one version of the describing code.

    Nothing is kept for an empty stamp.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        described_by = [file.stat() for file in sorted(Path(__file__).parent.parent.glob("*/*.py"))]
        self._version = f"{FORMAT} {max(stat.st_mtime_ns for stat in described_by)}"

    def get(self, name: str, stamp: str) -> list[Module] | None:
        """Return what was kept for this stamp, else None."""
        if not stamp:
            return None
        try:
            kept = _decoder.decode(self._file(name).read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return kept.modules if (kept.version, kept.name, kept.stamp) == (self._version, name, stamp) else None

    def put(self, name: str, stamp: str, modules: Sequence[Module]) -> None:
        """Keep descriptions in place of older ones; where nothing can be written nothing is kept."""
        if not stamp:
            return
        data = msgspec.json.encode(_Kept(self._version, name, stamp, list(modules)))
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                Path(temporary).replace(self._file(name))
            except OSError:
                Path(temporary).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        slug = re.sub(r"[^\w.-]", "_", name)[-60:]
        return self._folder / f"{slug}-{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}.json"
