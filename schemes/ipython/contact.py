"""Notices when the controller closes one of a client's connections: a scheduler that has ended answers nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zmq
from zmq.eventloop.zmqstream import ZMQStream
from zmq.utils.monitor import parse_monitor_message

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 3.0
"""In which a connection that broke is there again, if whoever is at its other end lives."""

_STREAMS = ("_query_stream", "_notification_stream", "_control_stream", "_mux_stream", "_iopub_stream")


def watch_contact(client: Any, broken: Callable[[], None]) -> None:
    """Have ``broken`` called, once and in the thread of the client, when a connection stays closed."""
    client._io_loop.add_callback(lambda: client.__dict__.update(_contact=_Contact(client, broken)))


def unwatch_contact(client: Any) -> None:
    """Watch no more; called in the thread of the client before any of its sockets is closed.

    A socket that tells its events to a monitor that is gone holds up the thread of all sockets of this process.
    """
    contact = client.__dict__.pop("_contact", None)
    if contact is not None:
        contact.end()


class _Contact:
    """The monitors of one client's sockets."""

    def __init__(self, client: Any, broken: Callable[[], None]) -> None:
        self._loop, self._broken = client._io_loop, broken
        self._over = False
        self._monitors: list[tuple[Any, Any]] = []
        self._waits: dict[str, Any] = {}
        for name in _STREAMS:
            self._watch(name, getattr(client, name))

    def _watch(self, name: str, stream: Any) -> None:
        monitor = stream.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)
        heard = ZMQStream(monitor, self._loop)
        heard.on_recv(lambda parts: self._hear(name, parts))
        self._monitors.append((stream.socket, heard))

    def end(self) -> None:
        """Hear no more."""
        self._over = True
        for socket, heard in self._monitors:
            socket.disable_monitor()
            heard.close(linger=0)

    def _hear(self, name: str, parts: list[bytes]) -> None:
        event = parse_monitor_message(parts)["event"]
        if event == zmq.EVENT_DISCONNECTED and name not in self._waits:
            self._waits[name] = self._loop.call_later(PATIENCE_SECONDS, self._breaks)
        elif event == zmq.EVENT_HANDSHAKE_SUCCEEDED and name in self._waits:
            self._loop.remove_timeout(self._waits.pop(name))

    def _breaks(self) -> None:
        if not self._over:
            self._over = True
            self._broken()
