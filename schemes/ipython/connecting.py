"""Connects to the controller of a cluster, in bounded time and without a word in the terminal."""

from __future__ import annotations

import signal
import time
from typing import Any

import ipyparallel as ipp

from ...core.errors import ClusterError
from .addresses import REACH_SECONDS, Address, connection_file, reach, read_connection
from .contact import unwatch_contact
from .quiet import library_log

__all__ = [
    "Address",
    "Client",
    "connect",
    "connection_file",
    "hears_output",
    "reach",
    "read_connection",
]

_ECHO_SECONDS = 0.3
_PAUSE = 0.005
_HEARD = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


class Client(ipp.Client):  # type: ignore[misc]  # the library has no types
    """A client that prints nothing, takes no signals, and leaves an IPython session as it is."""

    def _start_io_thread(self) -> None:
        # The mask is inherited: were a signal handed to this thread, the main thread would not be woken.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            super()._start_io_thread()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _stop_io_thread(self) -> None:
        # Before the loop closes its sockets in whatever order.
        if self._io_loop:
            self._io_loop.add_callback(lambda: unwatch_contact(self))
        super()._stop_io_thread()

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
            remedy=f"If it hangs, stop it with `treadle cluster stop {address}`, or start another one",
        ) from None
    except Exception as error:
        raise ClusterError(
            f"it cannot be used ({type(error).__name__}: {error})", where=f"cluster {address}"
        ) from error


def shut_down(client: Client, seconds: float) -> None:
    """Ask all engines to end, and then the controller, also if some of them have not ended within ``seconds``.

    The library waits for ever for an engine that is registered and does not answer.
    """
    end = time.monotonic() + seconds
    client.shutdown(block=False)
    while list(client._ids) and time.monotonic() < end:
        time.sleep(_PAUSE)
    client._notification_handlers["shutdown_notification"] = lambda _message: None
    client._send_recv(client._query_stream, "shutdown_request")


def hears_output(client: Client, seconds: float) -> bool:
    """Wait until what engines print reaches this client, and say whether it does; it needs an engine that is idle.

    Of a client that has just connected, the first outputs may be lost: its subscription is still on its way.
    """
    end = time.monotonic() + seconds
    while not getattr(client, "output_heard", False) and time.monotonic() < end:
        sent = [client[number].execute("", silent=False, block=False) for number in list(client._ids)]
        until = min(end, time.monotonic() + _ECHO_SECONDS)
        while time.monotonic() < until and not any(_told(one) for one in sent):
            time.sleep(_PAUSE)
        client.output_heard = any(_told(one) for one in sent)
        if not any(one.ready() for one in sent):
            break
    return bool(getattr(client, "output_heard", False))


def _told(answer: Any) -> bool:
    """Say whether the last word about a request came, by the way that outputs come."""
    return bool(answer.ready() and answer._output_future.done())
