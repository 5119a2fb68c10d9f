"""IPython clusters for scripts: `with ipython_cluster(2)`, and which cluster a run uses."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..schemes.ipython.addresses import Address
from ..schemes.ipython.definitions import read_definition
from ..schemes.ipython.profiles import chosen, existing_folder, profile_folder

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from ..schemes.ipython.cluster import Cluster
    from ..schemes.ipython.definitions import Definition
    from ..schemes.ipython.nobody import Ours


class Entered(NamedTuple):
    """A cluster that runs of this program use, and what they may do with it."""

    address: Address
    ours: Ours | None
    only_profile: bool


_entered: list[Entered] = []
_lock = threading.Lock()


@contextlib.contextmanager
def ipython_cluster(
    nproc: int | None = None,
    profile: str | None = None,
    config: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    launcher: str | None = None,
    env: Mapping[str, str] | None = None,
    *,
    name: str = "",
    logdir: str | os.PathLike[str] | None = None,
    keep: bool = False,
) -> Iterator[Cluster]:
    """Start a cluster, let runs use it, and end it with the block, whatever happens in it.

    ``nproc`` is the number of engines per host, by default one for each core. ``profile`` is an IPython profile, by
    default the chosen one. ``config`` is a TOML file that defines ``[clusters.NAME]``, ``name`` says which, or a
    mapping of its settings; what is given here counts more. ``env`` is put into the environment of the engines.
    Within the block, ``treadle.run(pipeline, scheme="ipython")`` and ``auto`` use this cluster. ``keep=True`` leaves it
    running after the block. ClusterError, within a minute or the ``deadline`` of the definition, says why it cannot be
    started; nothing is left behind then. Should this program be killed, the cluster is gone within five seconds.
    """
    definition = read_definition(config, name).with_given(
        engines=nproc,
        profile=profile,
        launcher=launcher,
        env=None if env is None else dict(env),
        logdir=None if logdir is None else str(logdir),
    )
    # Its own name: it goes with the block, and another program shall not begin to use it.
    from ..schemes.ipython.own import Upkeep

    upkeep = Upkeep(logging.getLogger(__name__).warning)
    cluster = start_cluster(definition, default_id=f"treadle-{secrets.token_hex(4)}", hear=upkeep.hear)
    upkeep.take(cluster)
    try:
        with using(cluster.address, upkeep.ours):
            yield cluster
    finally:
        upkeep.leave()
        if keep:
            cluster.leave()
            cluster.close()
        else:
            cluster.stop()


def start_cluster(
    definition: Definition,
    default_id: str = "",
    hear: Callable[[Any], None] = lambda _ended: None,
    **more: Any,
) -> Cluster:
    """Start what a definition says; ClusterError says why it cannot be. ``more`` is for ``Cluster.start``."""
    from ..schemes.ipython.cluster import Cluster, cores

    address = Address(
        profile_folder(definition.profile), default_id if definition.cluster_id is None else definition.cluster_id
    )
    if definition.python:
        more["python"] = str(Path(definition.python).expanduser())
    return Cluster.start(
        address,
        cores() if definition.engines is None else definition.engines,
        launcher=definition.launcher,
        logs=Path(definition.logdir).expanduser() if definition.logdir else None,
        hear=hear,
        env=definition.environment(),
        niceness=definition.niceness,
        encrypt=definition.encrypt,
        seconds=definition.deadline,
        **more,
    )


@contextlib.contextmanager
def using(address: Address, ours: Ours | None = None, *, only_profile: bool = False) -> Iterator[None]:
    """Have the runs of this program use a cluster until the block ends, and do with it what ``ours`` says.

    With ``only_profile``, those that are to use its profile: others look for a cluster in theirs.
    """
    entered = Entered(address, ours, only_profile)
    with _lock:
        _entered.append(entered)
    try:
        yield
    finally:
        with _lock:
            _entered.remove(entered)


def upkeep_of(address: Address) -> Ours | None:
    """Return what a run may know of a cluster of this program and do about it; None if it is none."""
    with _lock:
        entered = next((one for one in reversed(_entered) if one.address == address), None)
    if entered is not None:
        return entered.ours
    from ..schemes.ipython.left import LeftCluster

    left = LeftCluster(address, logging.getLogger(__name__).warning)
    return left.ours if left.alive() else None


def current_cluster(profile: str = "") -> Address | None:
    """Return the cluster that a run uses, None if there is none.

    It is that of the block it is in, else one that this program holds in its profile, else one that runs there. The
    profile is the chosen one by default. Takes some milliseconds where no cluster was ever started.
    """
    with _lock:
        entered = list(_entered)
    blocks = [one.address for one in entered if not one.only_profile and profile in {"", one.address.profile}]
    if blocks:
        return blocks[-1]
    profile = profile or chosen()
    held = sorted(one.address for one in entered if one.address.profile == profile and _is_alive(one))
    if held:
        # The usual one of the profile, if it is among them.
        return held[0]
    folder = existing_folder(profile)
    if folder is None or not any(folder.glob("security/ipcontroller*-client.json")):
        return None
    from ..schemes.ipython.finding import running

    return running(folder)


def _is_alive(entered: Entered) -> bool:
    """Say whether the controller of a cluster lives, as far as is known."""
    alive = entered.ours.alive if entered.ours else None
    return alive is None or alive()
