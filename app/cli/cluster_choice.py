"""Which cluster the options of `treadle cluster` mean, and what all its commands print alike."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ..clusters import address_in_use

if TYPE_CHECKING:
    from argparse import Namespace

    from ...schemes.ipython.addresses import Address
    from ...schemes.ipython.cluster import Cluster

CONNECT_SECONDS = 10.0


def attached(options: Namespace) -> Cluster:
    """Return the cluster that the options mean, connected; ClusterError if it does not run."""
    from ...schemes.ipython.cluster import Cluster

    return Cluster.attach(address_in_use(options.profile, options.cluster_id), CONNECT_SECONDS)


def print_json(document: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def how_to_name(address: Address) -> str:
    """Return the options that mean this cluster."""
    name = f" --cluster-id {address.cluster_id}" if address.cluster_id else ""
    return f"--profile {address.profile}{name}"
