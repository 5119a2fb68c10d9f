"""The schemes that can be enabled, and how each is made."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import PipelineError, UsageError, suggestion
from ..core.registry.scheme_plugins import scheme_plugins
from ..core.run.selection import PREFERENCE
from ..core.scheme import SchemeContext
from .options import workers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..core.planning.plan import Plan
    from ..core.scheme import Scheme
    from ..schemes.hosting.ahead import Ahead
    from ..schemes.ipython.connecting import Address
    from .options import Options

    Make = Callable[["Place", Options], Scheme]

_CLUSTERS = "treadle.app.clusters"


@dataclass(frozen=True)
class Place:
    """Where a run is: the folder for ``files`` that modules return, where to look for modules, its own ``folder``.

    ``environment`` are the variables that the pipeline refers to, for workers that have them not from us. ``say`` is
    told of a cluster that is started.
    """

    files: Path
    search_path: Sequence[Path]
    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    @property
    def spare(self) -> Path:
        """The folder for those files of modules that find no room in the other one."""
        return self.folder / "files"


# Imported when wanted: a run on one scheme shall not wait for the others.


def _serial(place: Place, options: Options) -> Scheme:
    if options.hosted:
        from ..schemes.threads.scheme import ThreadsScheme

        return ThreadsScheme(place.files, place.search_path, 1, name="serial", spare=place.spare)
    from ..schemes.serial import SerialScheme

    return SerialScheme(place.files, place.search_path, place.folder, place.spare)


def _processes(place: Place, options: Options) -> Scheme:
    from ..schemes.processes.scheme import ProcessesScheme

    settings = options.setting("processes")
    return ProcessesScheme(
        place.files,
        place.search_path,
        workers_of(options, "processes"),
        settings.renew_after or None,
        memory_limit=round(settings.memory_gb * 1e9),
        spare=place.spare,
    )


def _threads(place: Place, options: Options) -> Scheme:
    from ..schemes.threads.scheme import ThreadsScheme

    return ThreadsScheme(place.files, place.search_path, workers_of(options, "threads"), spare=place.spare)


def _ipython(place: Place, options: Options) -> Scheme:
    from ..schemes.ipython.scheme import IPythonScheme

    profile = _profile(options)
    address = running_cluster(profile)
    if address is not None:
        ours = sys.modules[_CLUSTERS].upkeep_of(address)
        return IPythonScheme(place.files, address, place.search_path, fallback=place.environment, ours=ours)
    from ..schemes.ipython.nobody import Ours
    from ..schemes.ipython.own import OwnCluster

    own = OwnCluster(profile, workers_of(options, "ipython"), place.say)
    ours = Ours(own.status, own.replace, own.alive, own.end)
    return IPythonScheme(place.files, own.start, place.search_path, fallback=place.environment, ours=ours)


_MAKERS: dict[str, Make] = {"serial": _serial, "threads": _threads, "processes": _processes, "ipython": _ipython}
SCHEMES = tuple(_MAKERS)
"""The schemes that come with Treadle. ``ipython`` may be followed by a colon and the name of an IPython profile."""


def scheme_names() -> tuple[str, ...]:
    """Return the schemes that there are, those of plug-ins at the end; none is imported."""
    return (*SCHEMES, *scheme_plugins())


def is_scheme(name: str) -> bool:
    """Say whether there is a scheme of this name."""
    return name in _MAKERS or name in scheme_plugins()


def made_schemes(options: Options, enabled: Sequence[str], place: Place) -> dict[str, Scheme]:
    """Make the enabled schemes; nothing starts before one is opened.

    Of plug-ins only the one that the run is set to is imported here: UsageError if it cannot be.
    """
    return {name: _MAKERS.get(name, partial(_plugged, name))(place, options) for name in enabled}


def _plugged(name: str, place: Place, options: Options) -> Scheme:
    from ..schemes.plugged import PluggedScheme

    workers = workers_of(options, name)
    context = SchemeContext(name, workers, place.files, place.spare, place.folder, place.search_path, place.environment)
    made = PluggedScheme(scheme_plugins()[name], context)
    if options.scheme == name:
        made.load()
    return made


_SERVED = {"processes": "treadle.schemes.processes.worker", "threads": "treadle.schemes.threads.host"}


def supervisor_ahead(enabled: Sequence[str]) -> Ahead | None:
    """Start the supervisor that a run with these schemes will most likely need first, if it will need one."""
    if enabled[0] not in _SERVED:
        return None
    from ..schemes.hosting.ahead import Ahead

    return Ahead(_SERVED[enabled[0]])


def enabled_schemes(options: Options) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the schemes that a run may use, in order of preference, and which of them are a last resort.

    What the scheme that was asked for cannot take (a module may not support it) goes to another one that keeps it out
    of this process. With auto this process itself is the last resort, and engines are used if a cluster runs.
    UsageError if there is no such scheme, no such profile, or none that may be used and works here.
    """
    name, _ = _parts(options.scheme)
    order = known_preference(options)
    if name == "auto":
        there = tuple(one for one in order if one != "ipython" or cluster_of(options) is not None)
        if not there:
            raise UsageError(
                "the only scheme that may be used is ipython, and no cluster runs",
                remedy="Start one with treadle cluster start, or let other schemes be used too",
            )
        return there, frozenset({"serial"})
    if name == "ipython" and (profile := _profile(options)):
        _refuse_unknown_profile(profile)
    apart = order if options.preference else tuple(_SERVED)
    kept_out = {*_SERVED, "serial"} if options.hosted else set(_SERVED)
    others = tuple(one for one in apart if one in kept_out and name not in {one, "serial"})
    return (name, *others), frozenset(others)


def known_preference(options: Options) -> tuple[str, ...]:
    """Return the schemes that the person prefers and that there are, each once; the usual ones if there is none."""
    return tuple(dict.fromkeys(name for name in options.preference if is_scheme(name))) or PREFERENCE


def why_not_enabled(options: Options, enabled: Sequence[str]) -> dict[str, str]:
    """Return of each scheme that there is, but that a run does not use, why it does not."""
    order = known_preference(options)
    names = dict.fromkeys((*order, *PREFERENCE, *scheme_names()))
    auto = options.scheme == "auto"
    set_to = f"the run is set to {options.scheme}"
    found = {name: set_to if name in order and not auto else "it is switched off" for name in names}
    if auto and "ipython" in order:
        profile = _profile(options)
        found["ipython"] = f"no cluster of the profile {profile} runs" if profile else "no cluster runs"
    return {name: why for name, why in found.items() if name not in enabled}


def passed_over(options: Options) -> list[str]:
    """Return what is to be said of settings that do not hold here."""
    unknown = dict.fromkeys(name for name in options.preference if not is_scheme(name))
    told = [f"there is no scheme {name!r} here: it is passed over" for name in unknown]
    profile = options.setting("ipython").profile
    if profile and options.scheme == "auto" and "ipython" in known_preference(options):
        try:
            _refuse_unknown_profile(profile)
        except UsageError as error:
            told.append(f"ipython is passed over: {error}")
    return told


def cluster_of(options: Options) -> Address | None:
    """Return the cluster whose engines a run would use; None if none runs, or none is to be used."""
    if "ipython" not in known_preference(options) and options.scheme == "auto":
        return None
    try:
        return running_cluster(_profile(options))
    except UsageError:
        # There is no such profile: that is no reason to run nothing at all, and is said by ``passed_over``.
        return None


def _refuse_unknown_profile(profile: str) -> None:
    from ..schemes.ipython.profiles import profile_folder

    profile_folder(profile)


def _profile(options: Options) -> str:
    return _parts(options.scheme)[1] or options.setting("ipython").profile


def _parts(scheme: str) -> tuple[str, str]:
    """Return the scheme that is asked for, and the profile behind it if one is named."""
    name, colon, profile = str(scheme).partition(":")
    if scheme != "auto" and (not is_scheme(name) or (colon and (name != "ipython" or not profile))):
        raise UsageError(f"there is no scheme {scheme!r}", remedy=suggestion(str(scheme), ["auto", *scheme_names()]))
    if profile:
        _refuse_unknown_profile(profile)
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
    for node in plan.unlike:
        if node.settings.scheme != "auto" and not is_scheme(node.settings.scheme):
            raise PipelineError(
                f"it is to run on the scheme {node.settings.scheme!r}, which does not exist",
                where=node.id,
                remedy=suggestion(node.settings.scheme, {"auto", *scheme_names()}),
            )
