"""Connects to the controller of a cluster, in bounded time and without a word in the terminal."""

from __future__ import annotations

import json
import signal
import socket
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import ipyparallel as ipp
from ipyparallel import util

from ...core.errors import ClusterError
from .quiet import library_log

if TYPE_CHECKING:
    from pathlib import Path

_HEARD = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_FIELDS = ("interface", "registration", "key", "signature_scheme", "pack", "unpack", "task_scheme")
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


class Client(ipp.Client):  # type: ignore[misc]  # the library has no types
    """A client that prints nothing, takes no signals, and leaves an IPython session as it is."""

    def _start_io_thread(self) -> None:
        # The mask is inherited: were a signal handed to this thread, the main thread would not be woken.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            super()._start_io_thread()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def activate(self, *_arguments: Any, **_options: Any) -> None:
        """Register no magics: this client is not the user's."""

    def _handle_apply_reply(self, msg: dict[str, Any]) -> None:
        if self._expected(msg):
            super()._handle_apply_reply(msg)

    def _handle_execute_reply(self, msg: dict[str, Any]) -> None:
        if self._expected(msg):
            super()._handle_execute_reply(msg)

    def _expected(self, msg: dict[str, Any]) -> bool:
        """Say whether somebody waits for this; what an engine answers after it was given up is printed otherwise."""
        data = msg["metadata"]
        found = data.get("original_msg_id") if data.get("is_coalescing") else None
        wanted = (found or msg["parent_header"].get("msg_id")) in self.outstanding
        if not wanted:
            library_log().info("an answer came that nobody waits for")
        return wanted


def connect(address: Address, deadline: float) -> Client:
    """Return a client of a cluster that runs, within ``deadline`` seconds.

    ClusterError if there is none, if it cannot be reached, or if it does not answer in time.
    """
    library_log()
    end = time.monotonic() + deadline
    facts = read_connection(connection_file(address), str(address))
    reach(facts, address, min(REACH_SECONDS, deadline))
    try:
        return Client(
            facts,
            profile_dir=str(address.profile_dir),
            cluster_id=address.cluster_id,
            timeout=max(0.1, end - time.monotonic()),
        )
    except TimeoutError:
        raise ClusterError(
            f"its controller did not answer within {deadline:g} s",
            where=f"cluster {address}",
            remedy="If it hangs, stop it with `treadle cluster stop`, or start another one",
        ) from None
    except Exception as error:
        raise ClusterError(
            f"it cannot be used ({type(error).__name__}: {error})", where=f"cluster {address}"
        ) from error


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
    host = util.disambiguate_ip_address(host, location)
    away = host in {"127.0.0.1", "localhost", "::1"} and location and not _here(location)
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
    return bool(util.is_local_ip(util.ip_for_host(location)))
