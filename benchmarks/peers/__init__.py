"""The peers by name; each is imported only in the process that measures it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .peer import Peer

PEERS = {
    "treadle": "treadle:Processes",
    "treadle mapped": "treadle:Mapped",
    "treadle threads": "treadle:Threads",
    "treadle serial": "treadle:Serial",
    "one process": "inline:Inline",
    "pipes": "pipes:Pipes",
    "pipes batched": "pipes:Batches",
    "futures": "futures:Processes",
    "futures threads": "futures:Threads",
    "loky": "loky:Loky",
    "pebble": "pebble:Pebble",
    "joblib": "joblib:Parallel",
    "joblib memory": "joblib:Memory",
    "dask distributed": "dask:Distributed",
    "dask threads": "dask:Threaded",
    "ray": "ray:Ray",
    "parsl": "parsl:Processes",
    "parsl threads": "parsl:Threads",
    "ipyparallel": "ipyparallel:LoadBalanced",
    "nipype": "nipype:MultiProc",
    "nipype linear": "nipype:Linear",
    "pydra": "pydra:Pydra",
    "sqlite": "sqlite:Table",
}


def load(name: str) -> type[Peer]:
    """Return the class of a peer, by its name or by ``module:class`` of one that is not in the list."""
    path = PEERS.get(name, name)
    module, _, attribute = path.partition(":")
    home = import_module(f".{module}", __name__) if name in PEERS else import_module(module)
    found: type[Peer] = getattr(home, attribute)
    return found


def absent(peer: type[Peer]) -> bool:
    """Say whether what it requires is not installed."""
    return bool(peer.requires) and find_spec(peer.requires) is None
