"""Lets other processes of the same user ask a live run to stop, to pause, to go on, or how it stands."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import socket
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..background import BackgroundThread
from ..errors import TreadleError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUFFIX = ".sock"
MAX_PATH = 100
"""An address may have 108 bytes on Linux and 104 on macOS."""

MAX_LINE = 4096
CLIENT_SECONDS = 2.0
_FOLDER = "treadle-control-"


class ControlError(TreadleError):
    """A run cannot be asked: it is over, on another machine, or does not answer."""


class ControlServer:
    """Answers questions about one run, one line of JSON for each: ``{"ask": "cancel"}``, ``{"ok": true, ...}``.

    ``answers`` are called in the server's thread; what they return, a mapping or nothing, is the answer. Only the
    user can reach the socket at ``path``; it is empty, with ``why``, where none can be made.
    """

    def __init__(
        self, folder: Path, run_id: str, answers: Mapping[str, Callable[[], Mapping[str, Any] | None]]
    ) -> None:
        self._answers = dict(answers)
        self.path, self.why = "", ""
        self._closing, self._close = socket.socketpair()
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self.path = _bound(self._socket, folder, run_id)
        except OSError as error:
            self.why = error.strerror or str(error)
            self._end()
            return
        self._thread = BackgroundThread(target=self._serve, name="treadle-control", daemon=True)
        self._thread.start()

    def close(self, deadline: float = 5.0) -> None:
        """Answer no more, and remove the socket. May be called twice."""
        if self.path:
            self._close.send(b"x")
            self._thread.join(deadline)
            remove_socket(Path(self.path))
            self.path = ""
            self._end()

    def _end(self) -> None:
        for one in (self._socket, self._closing, self._close):
            one.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._closing, selectors.EVENT_READ)
            while all(key.fileobj is self._socket for key, _ in selector.select()):
                with contextlib.suppress(OSError):
                    client, _ = self._socket.accept()
                    with client:
                        client.sendall(_line(self._answer(_read_line(client, CLIENT_SECONDS))))

    def _answer(self, line: bytes) -> Mapping[str, Any]:
        try:
            asked = json.loads(line)["ask"]
            answer = self._answers[asked]
        except (ValueError, LookupError, TypeError, RecursionError):
            return {"ok": False, "error": f"this cannot be asked; {suggestion('', self._answers)}"}
        try:
            return {"ok": True, **(answer() or {})}
        except Exception as error:  # noqa: BLE001 - whoever asked shall hear of it, and the server go on
            return {"ok": False, "error": str(error) or type(error).__name__}


def ask(path: str, question: str, deadline: float = 5.0) -> dict[str, Any]:
    """Ask a live run something and return its answer; ControlError if it does not answer, or answers no."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(deadline)
            client.connect(path)
            client.sendall(_line({"ask": question}))
            answer = json.loads(_read_line(client, deadline))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ControlError(f"the run does not answer: {why}", where=path) from None
    if not isinstance(answer, dict):
        raise ControlError("what answers is no run of Treadle", where=path)
    if not answer.get("ok"):
        raise ControlError(f"the run refused: {answer.get('error', 'it does not say why')}", where=path)
    return answer


def remove_socket(path: Path) -> None:
    """Remove a socket of ours that nobody serves any more, and the folder that was made for it alone."""
    with contextlib.suppress(OSError):
        status = path.lstat()
        if stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid():
            path.unlink()
            if path.parent.name.startswith(_FOLDER):
                path.parent.rmdir()


def remove_if_dead(path: Path) -> None:
    """Remove a socket of ours if no process listens there."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(CLIENT_SECONDS)
            client.connect(os.fspath(path))
    except ConnectionRefusedError:
        remove_socket(path)
    except OSError:
        pass  # it is busy, or was removed just now


def _bound(server: socket.socket, folder: Path, run_id: str) -> str:
    """Bind and listen beside the journal, or, where its path is too long or cannot hold one, in a folder of its own."""
    beside = folder / f"{run_id}{SUFFIX}"
    if len(os.fsencode(beside)) <= MAX_PATH:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return _listening(server, beside)
    apart = Path(tempfile.mkdtemp(prefix=_FOLDER))
    try:
        return _listening(server, apart / f"run{SUFFIX}")
    except OSError:
        shutil.rmtree(apart, ignore_errors=True)
        raise


def _listening(server: socket.socket, path: Path) -> str:
    server.bind(os.fspath(path))
    path.chmod(0o600)
    server.listen(8)
    return os.fspath(path)


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, default=str).encode() + b"\n"


def _read_line(client: socket.socket, deadline: float) -> bytes:
    """Read up to the end of a line, or of what is sent; OSError if that takes too long, or is."""
    found = b""
    end = time.monotonic() + deadline
    while not found.endswith(b"\n"):
        client.settimeout(max(0.001, end - time.monotonic()))
        piece = client.recv(MAX_LINE)
        if not piece:
            break
        found += piece
        if len(found) > MAX_LINE:
            raise OSError("too long a line")
    return found
