"""Which cluster the options of `treadle cluster` mean, and what all its commands print alike."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ...core.errors import ClusterError, UsageError, suggestion
from ...schemes.ipython.addresses import Address
from ...schemes.ipython.finding import clusters
from ...schemes.ipython.profiles import profile_folder, profiles

if TYPE_CHECKING:
    from argparse import Namespace

    from ...schemes.ipython.cluster import Cluster

CONNECT_SECONDS = 10.0


def attached(options: Namespace) -> Cluster:
    """Return the cluster that the options mean, connected; ClusterError if it does not run."""
    from ...schemes.ipython.cluster import Cluster

    return Cluster.attach(meant(options), CONNECT_SECONDS)


def meant(options: Namespace, *, gone: bool = False) -> Address:
    """Return the cluster that the options mean, by its name, its profile or its id; without any, the one that runs.

    A name is what `treadle cluster list` shows, or an id that one cluster of all profiles has; with ``gone`` it need
    not be known any more. ClusterError if none or several are meant, UsageError if there is no such profile.
    """
    name, profile, cluster_id = getattr(options, "cluster", ""), options.profile, options.cluster_id
    if name and cluster_id is not None:
        raise UsageError(f"the cluster is named twice: {name!r} and --cluster-id {cluster_id}")
    if name:
        return _of_name(name, profile, gone=gone)
    return _running_in(profile) if cluster_id is None else _of_id(cluster_id, profile)


def _of_name(name: str, profile: str, *, gone: bool) -> Address:
    known = [one.address for one in clusters() if profile in {"", one.address.profile}]
    found = [one for one in known if name == str(one)] or [one for one in known if name == one.cluster_id]
    if found:
        return _only(found, name)
    within, colon, cluster_id = name.partition(":")
    if not profile and within in {one.name for one in profiles()}:
        return Address(profile_folder(within), cluster_id) if colon else _running_in(within)
    if profile or gone:
        return Address(profile_folder(profile), name)
    raise ClusterError(
        f"there is no cluster {name!r}",
        remedy=suggestion(name, {word for one in known for word in (str(one), one.cluster_id) if word})
        or "Start one with `treadle cluster start`",
    )


def _of_id(cluster_id: str, profile: str) -> Address:
    usual = Address(profile_folder(profile), cluster_id)
    if profile or not cluster_id:
        return usual
    found = [one.address for one in clusters() if one.address.cluster_id == cluster_id]
    return usual if usual in found or not found else _only(found, cluster_id)


def _only(found: list[Address], name: str) -> Address:
    if len(found) > 1:
        where = ", ".join(one.profile for one in found)
        raise ClusterError(f"several profiles have a cluster {name!r}: {where}", remedy="Name one: --profile")
    return found[0]


def _running_in(profile: str) -> Address:
    """Return the cluster of a profile that answers: the unnamed one if that does, or if none does."""
    usual = Address(profile_folder(profile))
    found = [one.address for one in clusters([usual.profile_dir]) if one.answers]
    if len(found) > 1 and usual not in found:
        names = ", ".join(address.cluster_id for address in found)
        raise ClusterError(
            f"several clusters run in it: {names}", where=f"profile {usual}", remedy="Name one: --cluster-id"
        )
    return usual if usual in found or not found else found[0]


def print_json(document: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def how_to_name(address: Address) -> str:
    """Return the options that mean this cluster."""
    name = f" --cluster-id {address.cluster_id}" if address.cluster_id else ""
    return f"--profile {address.profile}{name}"
