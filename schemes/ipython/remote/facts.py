"""What an engine says of itself and its host."""

from __future__ import annotations

import contextlib
import getpass
import importlib.metadata
import os
import platform
import sys
import uuid
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...hosting.memory import machine_memory
from . import places
from .messages import Facts, Load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .messages import Hello

_TOLD = ("cloudpickle", "numpy", "ipykernel")


def facts(folder: Path, why_not: str, lacks: tuple[str, ...]) -> Facts:
    """Return the facts of this engine; ``why_not`` says why it does not share the runner's files, empty if it does."""
    return Facts(
        host=host_name(),
        user=user_name(),
        pid=os.getpid(),
        parent=os.getppid(),
        python=sys.version_info[:3],
        versions=_versions(),
        cores=_cores(),
        memory=machine_memory(),
        shared=not why_not,
        why_not=why_not,
        missing=lacks,
        folder=str(folder),
        executable=sys.executable,
        started=int(places.birth(os.getpid()) or 0),
    )


def why_not_shared(hello: Hello) -> str:
    """Say why this engine does not share files with the runner; empty if it does: it reads the token and writes."""
    name, content = hello.token
    folder = Path(hello.folder)
    try:
        found = (folder / name).read_text()
    except (OSError, ValueError):
        return f"the engine cannot read {folder}"
    if found != content:
        return f"{folder} is another folder on the engine's host"
    for writable in (folder, Path(hello.files)):
        beside = writable / f".treadle-{uuid.uuid4().hex}"
        try:
            writable.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_text(content)
            beside.unlink()
        except OSError as error:
            return f"the engine cannot write into {writable}: {error.strerror}"
    return ""


def load(kept: Mapping[str, tuple[int, int]], running: tuple[str, float] | None) -> Load:
    """Return how it goes now."""
    page = os.sysconf("SC_PAGE_SIZE")
    try:
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * page
    except OSError:
        resident = 0
    return Load(os.getloadavg()[0], os.sysconf("SC_AVPHYS_PAGES") * page, resident, dict(kept), running)


def host_name() -> str:
    """Return the name of this host."""
    return platform.node()


def user_name() -> str:
    """Return the name of the user, or the number of one without a name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _TOLD:
        version = getattr(sys.modules.get(name), "__version__", None) or _installed(name)
        if version:
            found[name] = version
    return found


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def missing(names: Iterable[str], search_path: Sequence[str]) -> tuple[str, ...]:
    """Return which of these modules cannot be found here or in those folders; nothing is imported."""
    return tuple(name for name in names if not _can_find(name, list(search_path)))


def _can_find(name: str, search_path: list[str]) -> bool:
    top, _, inner = name.partition(".")
    inside: Any = None
    while True:
        spec = _spec(top, inside, search_path)
        if spec is None:
            return False
        if not inner:
            return True
        inside = spec.submodule_search_locations
        if inside is None:
            # What is inside a module that is no package shows at its import.
            return True
        part, _, inner = inner.partition(".")
        top = f"{top}.{part}"


def _spec(name: str, inside: Any, search_path: list[str]) -> Any:
    for finder in sys.meta_path:
        with contextlib.suppress(Exception):
            found = finder.find_spec(name, inside)
            if found is not None:
                return found
    return PathFinder.find_spec(name, search_path if inside is None else inside)
