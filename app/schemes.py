"""The schemes that can be enabled, and how each is made."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import PipelineError, UsageError, suggestion
from ..core.run.selection import PREFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..core.planning.plan import Plan
    from ..core.scheme import Scheme
    from ..schemes.hosting.ahead import Ahead
    from ..schemes.ipython.connecting import Address

    Make = Callable[[Path, Sequence[Path], int, Path], Scheme]

_CLUSTERS = "treadle.app.clusters"

# Imported when wanted: a run on one scheme shall not wait for the others.


def _serial(files: Path, search_path: Sequence[Path], _workers: int, folder: Path) -> Scheme:
    from ..schemes.serial import SerialScheme

    return SerialScheme(files, search_path, folder)


def _hosted_serial(files: Path, search_path: Sequence[Path], _workers: int, _folder: Path) -> Scheme:
    from ..schemes.threads.scheme import ThreadsScheme

    return ThreadsScheme(files, search_path, 1, name="serial")


def _processes(files: Path, search_path: Sequence[Path], workers: int, _folder: Path) -> Scheme:
    from ..schemes.processes.scheme import ProcessesScheme

    return ProcessesScheme(files, search_path, workers)


def _threads(files: Path, search_path: Sequence[Path], workers: int, _folder: Path) -> Scheme:
    from ..schemes.threads.scheme import ThreadsScheme

    return ThreadsScheme(files, search_path, workers)


def _ipython(
    files: Path,
    search_path: Sequence[Path],
    workers: int,
    profile: str,
    environment: Mapping[str, str],
    say: Callable[[str], None],
) -> Scheme:
    from ..schemes.ipython.scheme import IPythonScheme

    address = running_cluster(profile)
    if address is not None:
        ours = sys.modules[_CLUSTERS].upkeep_of(address)
        return IPythonScheme(files, address, search_path, fallback=environment, ours=ours)
    from ..schemes.ipython.nobody import Ours
    from ..schemes.ipython.own import OwnCluster

    own = OwnCluster(profile, workers, say)
    ours = Ours(own.status, own.replace, own.alive, own.end)
    return IPythonScheme(files, own.start, search_path, fallback=environment, ours=ours)


_MAKERS: dict[str, Make] = {"serial": _serial, "threads": _threads, "processes": _processes}
SCHEMES = (*_MAKERS, "ipython")
"""The schemes that there are. ``ipython`` may be followed by a colon and the name of an IPython profile."""


def made_schemes(  # noqa: PLR0913 - what the makers need
    scheme: str,
    enabled: Sequence[str],
    files: Path,
    search_path: Sequence[Path],
    workers: int,
    folder: Path,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    *,
    hosted: bool = False,
) -> dict[str, Scheme]:
    """Make the enabled schemes; nothing starts before one is opened.

    ``scheme`` is what was asked for, ``files`` the folder for files that modules return, ``search_path`` where to look
    for modules, ``workers`` how many of them, ``folder`` that of the run, ``environment`` the variables that the
    pipeline refers to, for workers that have them not from us. ``say`` is told of a cluster that is started.
    ``hosted`` runs also the modules of the serial scheme in a process of their own, which may be lost.
    """
    makers = {**_MAKERS, "serial": _hosted_serial} if hosted else _MAKERS
    _, profile = _parts(scheme)
    return {
        name: _ipython(files, search_path, workers, profile, environment, say)
        if name == "ipython"
        else makers[name](files, search_path, workers, folder)
        for name in enabled
    }


_SERVED = {"processes": "treadle.schemes.processes.worker", "threads": "treadle.schemes.threads.host"}


def supervisor_ahead(enabled: Sequence[str]) -> Ahead | None:
    """Start the supervisor that a run with these schemes will most likely need first, if it will need one."""
    if enabled[0] not in _SERVED:
        return None
    from ..schemes.hosting.ahead import Ahead

    return Ahead(_SERVED[enabled[0]])


def enabled_schemes(scheme: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the schemes that ``scheme`` enables, in order of preference, and which of them are a last resort.

    What the scheme that was asked for cannot take (a module may not support it) goes to another one that keeps it out
    of this process. With auto this process itself is the last resort, and engines are used if a cluster runs.
    UsageError if there is no such scheme, or no such profile.
    """
    if scheme == "auto":
        there = [name for name in PREFERENCE if name != "ipython" or running_cluster() is not None]
        return tuple(there), frozenset({"serial"})
    name, _ = _parts(scheme)
    others = tuple(one for one in ("processes", "threads") if name not in {one, "serial"})
    return (name, *others), frozenset(others)


def _parts(scheme: str) -> tuple[str, str]:
    """Return the scheme that is asked for, and the profile behind it if one is named."""
    name, colon, profile = str(scheme).partition(":")
    if scheme != "auto" and (name not in SCHEMES or (colon and (name != "ipython" or not profile))):
        raise UsageError(f"there is no scheme {scheme!r}", remedy=suggestion(str(scheme), ["auto", *SCHEMES]))
    if profile:
        from ..schemes.ipython.profiles import profile_folder

        profile_folder(profile)
    return name, profile


def running_cluster(profile: str = "") -> Address | None:
    """Return the cluster of a profile (by default the chosen one) that a run uses; None if none runs.

    UsageError if there is no such profile. Where no cluster ever ran this looks into one folder and imports nothing.
    """
    home = Path(os.environ.get("IPYTHONDIR") or "~/.ipython").expanduser()
    if not profile and not sys.modules.get(_CLUSTERS) and not any(home.glob("profile_*/security/ipcontroller*.json")):
        return None
    from .clusters import current_cluster

    return current_cluster(profile)


def refuse_unknown_scheme(plan: Plan) -> None:
    """Raise PipelineError if a node wishes for a scheme that nobody knows; one that is not enabled is passed over."""
    known = {"auto", *SCHEMES, *PREFERENCE}
    for node in plan.nodes:
        if node.settings.scheme not in known:
            raise PipelineError(
                f"it is to run on the scheme {node.settings.scheme!r}, which does not exist",
                where=node.id,
                remedy=suggestion(node.settings.scheme, known),
            )
