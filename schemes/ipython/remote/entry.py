"""Where requests arrive on an engine."""

from __future__ import annotations

import sys
import threading
from typing import Any

from .engine import Engine
from .kernel import kernel
from .loaded import Loaded, Modules, is_treadle
from .messages import REPLY, REQUEST, UNKNOWN, dumps, loads
from .turns import Ears


class Entry:
    """What the engine's user has, and what we need instead, change places for the time of a request.

    ``own`` are the modules of Treadle that were loaded with this one, ``path`` is where they come from; ``more`` is
    searched last.
    """

    def __init__(self, own: Modules, path: str, more: str = "") -> None:
        self._modules = Loaded(is_treadle, own)
        self._front, self._back = [path], [more] if more else []
        self._engine = Engine()
        self._lock = threading.Lock()
        self._inside = 0
        self._listen()

    def call(self, verb: str, payload: Any) -> bytes:
        """Answer a request that came through the shell channel; see ``messages``."""
        with Ears() as ears:
            path = list(sys.path)
            sys.path[:] = [*self._front, *path, *self._back]
            self._enter()
            try:
                return self._engine.call(ears, verb, payload)
            finally:
                self._leave()
                sys.path[:] = path

    def _enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._modules.enter()
            self._inside += 1

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._modules.leave()

    # The control channel

    def _listen(self) -> None:
        found = kernel()
        if found is not None:
            self._earlier = found.control_handlers.get(REQUEST)
            found.control_handlers[REQUEST] = self._controlled

    def _controlled(self, stream: Any, ident: Any, parent: Any) -> Any:
        """Answer a request that came through the control channel; another version of Treadle may know its session."""
        reply = self.answered(bytes(parent["buffers"][0]))
        if reply is None and self._earlier is not None:
            return self._earlier(stream, ident, parent)
        content, buffers = {"status": "ok"}, [reply or dumps(("ok", UNKNOWN))]
        return kernel().session.send(stream, REPLY, content, parent=parent, ident=ident, buffers=buffers)

    def answered(self, request: bytes) -> bytes | None:
        """Return the reply to a request; None if its session is not known."""
        self._enter()
        try:
            verb, payload = loads(request)
            answer = self._engine.answer(verb, loads(payload))
            return None if answer == UNKNOWN else dumps(("ok", answer))
        except BaseException as error:  # noqa: BLE001 - whatever it is: whoever asks waits for an answer
            return dumps(("error", f"{type(error).__name__}: {error}"))
        finally:
            self._leave()
