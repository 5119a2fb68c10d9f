"""Where clusters are: the files by which controllers tell how to reach them. Knows nothing of ipyparallel itself."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.errors import ClusterError

if TYPE_CHECKING:
    from pathlib import Path

_FIELDS = ("interface", "registration", "key", "signature_scheme", "pack", "unpack", "task_scheme")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REACH_SECONDS = 2.0


class Address(NamedTuple):
    """Which cluster: the folder of its IPython profile, and its id among the clusters of that profile."""

    profile_dir: Path
    cluster_id: str = ""

    @property
    def profile(self) -> str:
        """The name of the profile, as IPython calls it."""
        return self.profile_dir.name.removeprefix("profile_")

    def __str__(self) -> str:
        return f"{self.profile}:{self.cluster_id}" if self.cluster_id else self.profile


def connection_file(address: Address, kind: str = "client") -> Path:
    """Return where the controller says how to reach it; the file is there only once it has started."""
    name = f"ipcontroller-{address.cluster_id}" if address.cluster_id else "ipcontroller"
    return address.profile_dir / "security" / f"{name}-{kind}.json"


def read_connection(path: Path, name: str) -> dict[str, Any]:
    """Return what a controller wrote about how to reach it; ClusterError if it did not, or if it is not readable."""
    where = f"cluster {name}"
    try:
        facts = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ClusterError("it does not run", where=where, remedy="Start it with `treadle cluster start`") from None
    except (OSError, ValueError) as error:
        raise ClusterError(f"its connection file {path} cannot be read ({error})", where=where) from None
    if not isinstance(facts, dict) or any(field not in facts for field in _FIELDS):
        raise ClusterError(
            f"its connection file {path} is not one of this version of ipyparallel",
            where=where,
            remedy="Remove the file and start the cluster again",
        )
    return facts


class NoRouteError(ClusterError):
    """The controller is, or was, where this machine cannot go directly: whether it lives cannot be said."""


def reach(facts: dict[str, Any], address: Address, seconds: float = REACH_SECONDS) -> None:
    """Raise ClusterError at once if nobody listens there: a message would only wait for the whole deadline."""
    where, location = f"cluster {address}", facts.get("location") or ""
    protocol, _, host = str(facts["interface"]).partition("://")
    if protocol != "tcp":
        return
    if host in {"0.0.0.0", "*"}:  # noqa: S104 - read, not bound
        host = "127.0.0.1" if not location or _here(location) else location
    away = host in _LOOPBACK and location and not _here(location)
    if away or facts.get("ssh"):
        raise NoRouteError(
            f"its controller, on {location}, cannot be reached directly from this machine",
            where=where,
            remedy="Use it from that machine, or have it listen on the network",
        )
    try:
        socket.create_connection((host, int(facts["registration"])), seconds).close()
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"nobody answers at {host}:{facts['registration']} ({getattr(error, 'strerror', None) or error}): "
            "its controller has ended",
            where=where,
            remedy="Start it with `treadle cluster start`",
        ) from None


def _here(location: str) -> bool:
    if location == socket.gethostname():
        return True
    try:
        # Only an address of this machine can be bound.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((socket.gethostbyname(location), 0))
    except OSError:
        return False
    return True
