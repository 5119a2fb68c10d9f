"""A bridge of this process to a runner of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from treadle.app.window.bridge import Bridge

if TYPE_CHECKING:
    from collections.abc import Iterator

MS = 60_000


@contextmanager
def bridge_to_a_runner(qtbot: Any) -> Iterator[Bridge]:
    """Give a bridge whose runner is there; at the end nothing of either is left."""
    made = Bridge()
    made.start()
    qtbot.waitUntil(lambda: made.state == "idle", timeout=MS)
    yield made
    client = made._client
    made.stop()
    if client is not None:
        client.close()
