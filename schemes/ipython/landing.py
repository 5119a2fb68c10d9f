"""Brings our part onto an engine: sent as text and executed there, by whatever Python that is."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import os
import platform
import stat
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

OLDEST = (3, 10)
"""The first version of Python that what is sent can run on."""

KEPT = 30 * 24 * 3600.0
"""Seconds for which a parcel that nobody uses is kept."""

READY, LACKS, UNFIT = "ready", "lacks", "unfit"


def land(name, digest, parcel, payload):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - for old versions
    """Return what came of it: (READY, answer to the hello in ``payload``), (UNFIT, why) or (LACKS, where).

    If it is lacking, the parcel with this digest has to be sent too: once for all engines that say the same.
    """
    if sys.version_info[:2] < OLDEST:
        here, oldest = ".".join(map(str, sys.version_info[:2])), ".".join(map(str, OLDEST))
        return UNFIT, f"it runs Python {here}; {oldest} or a later one is needed"
    if name not in sys.modules:
        try:
            file = _placed(digest, parcel)
        except OSError as error:
            return UNFIT, f"it has no place for our part: {error}"
        if file is None:
            return LACKS, _where()
        sys.modules[name] = _opened(name, file)
    return READY, sys.modules[name].call("hello", payload)


def base() -> Path:
    """Return the folder of all our engines of this user on this host; only the user can enter it.

    OSError if there can be none.
    """
    wanted = Path(tempfile.gettempdir()) / f"treadle-engines-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        wanted.mkdir(mode=0o700)
    found = wanted.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
        return wanted
    # Somebody else was there first.
    return Path(tempfile.mkdtemp(prefix="treadle-engine-"))


def _where() -> str:
    found = base().stat()
    return f"{platform.node()}:{found.st_dev}:{found.st_ino}"


def _placed(digest: str, parcel: bytes | None) -> Path | None:
    """Return the parcel, whole, in a folder where nobody else can change it; None if it is not there."""
    folder = base()
    file = folder / f"parcel-{digest[:32]}.zip"
    with contextlib.suppress(OSError):
        if hashlib.sha256(file.read_bytes()).hexdigest() == digest:
            os.utime(file)
            return file
    if parcel is None:
        return None
    for old in folder.glob("parcel-*"):
        with contextlib.suppress(OSError):
            if old.stat().st_mtime < time.time() - KEPT:
                old.unlink()
    partial = folder / f"parcel-{os.getpid()}-{time.time_ns()}.partial"
    partial.write_bytes(parcel)
    partial.replace(file)
    return file


def _opened(name: str, file: Path) -> ModuleType:
    """Import our part, unseen by the engine's user, who may have another version of it."""
    path = list(sys.path)
    others = _taken()
    sys.path.insert(0, str(file))
    more = ""
    if importlib.util.find_spec("cloudpickle") is None:
        more = os.path.join(str(file), "more")  # noqa: PTH118 - inside an archive
        sys.path.append(more)
    own: dict[str, Any] = {}
    try:
        entry = importlib.import_module("treadle.schemes.ipython.remote.entry").Entry(own, str(file), more)
    finally:
        own.update(_taken())
        sys.modules.update(others)
        sys.path[:] = path
    found = ModuleType(name, "Treadle's part on this engine.")
    found.call = entry.call  # type: ignore[attr-defined]
    found.entry = entry  # type: ignore[attr-defined]
    return found


def _taken() -> dict[str, Any]:
    names = [name for name in sys.modules if name == "treadle" or name.startswith("treadle.")]
    return {name: sys.modules.pop(name) for name in names}
