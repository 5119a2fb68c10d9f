"""Reaches the IPython kernel that this engine is, where it is one."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from .messages import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable

_FLUSH_SECONDS = 1.0


def kernel() -> Any:
    """Return the kernel; None in a process that is no engine."""
    shell = sys.modules.get("IPython")
    found = None if shell is None else shell.get_ipython()
    return getattr(found, "kernel", None)


def live_channel() -> Callable[[bytes], None]:
    """Return what sends a live message to whoever made the request that is being answered."""
    found = kernel()
    if found is None:
        return _nowhere
    request = found.get_parent("shell") if hasattr(found, "get_parent") else found._parent_header
    parent = request.get("header", request)

    def send(data: bytes) -> None:
        found.session.send(
            found.iopub_socket, LIVE, content={}, parent=parent, ident=found._topic(LIVE), buffers=[data]
        )

    return send


def flush_live_channel() -> None:
    """Wait until what was sent has left this interpreter: a module that holds it would keep it here."""
    found = kernel()
    socket = getattr(found, "iopub_socket", None)
    thread: Any = getattr(socket, "io_thread", socket)
    if hasattr(thread, "schedule"):
        gone = threading.Event()
        thread.schedule(gone.set)
        gone.wait(_FLUSH_SECONDS)


def _nowhere(_data: bytes) -> None:
    raise ConnectionError("this process is no engine")
