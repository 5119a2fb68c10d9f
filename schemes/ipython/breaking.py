"""Interrupts the tasks of runs that engines execute: a signal alone does not, as it may be meant for something else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .link import forget_message
from .remote.messages import BREAK, REQUEST, UNKNOWN, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping


def broken(client: Any, engines: Mapping[int, str], seconds: float) -> dict[int, str]:
    """Interrupt the tasks that these engines execute, by their numbers and names; return the tasks.

    An engine that executes none is not in what is returned. Nor is one whose task holds the interpreter: it is
    interrupted as soon as that is let go of.
    """
    asked = {number: (uuid, _asked(client, uuid)) for number, uuid in engines.items()}
    end, tasks = time.monotonic() + seconds, dict[int, str]()
    for number, (uuid, future) in asked.items():
        if task := _task(future, max(0.0, end - time.monotonic())):
            tasks[number] = task
        if future is not None:
            forget_message(client, future.msg_id, uuid)
    return tasks


def _asked(client: Any, uuid: str) -> Any:
    buffers = [dumps((BREAK, dumps(("",))))]
    try:
        return client._send(client._control_stream, REQUEST, content={}, buffers=buffers, ident=uuid.encode())
    except Exception:  # noqa: BLE001 - the client may be closed, or in any state: a signal will tell what is wrong
        return None


def _task(future: Any, seconds: float) -> str:
    """Return the task that an engine says it has interrupted; empty if there was none, or if it does not answer."""
    try:
        told, answer = loads(bytes(future.result(seconds)["buffers"][0]))
    except Exception:  # noqa: BLE001 - late, gone, or not as it should be: each means that none was interrupted
        return ""
    return str(answer) if told == "ok" and answer != UNKNOWN else ""
