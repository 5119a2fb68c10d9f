"""Lets a second launch hand its files to the first window, over a socket that only this user can reach."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import stat
import time
from contextlib import suppress
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtNetwork import QLocalServer, QLocalSocket

from ...core.places import user_state

ANSWER_SECONDS = 2.0
"""A first window that does not answer for so long is gone without: the second one opens its files itself."""

MOST_BYTES = 1_000_000
_TAKEN = b"taken\n"


def meeting_folder() -> Path:
    """Return a folder of this user alone: that of the session, else one in the user's state."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(session) / "treadle" if session and Path(session).is_dir() else user_state() / "session"


def meeting_name() -> str:
    """Return the name under which windows of the same screen find each other."""
    screen = os.environ.get("WAYLAND_DISPLAY", "") + "|" + os.environ.get("DISPLAY", "")
    return "window-" + hashlib.sha256(screen.encode()).hexdigest()[:8]


class FirstWindow(QObject):
    """The place where windows meet. ``asked`` tells the paths that a later launch was given.

    ``take_place`` says whether this process is the first: it then keeps a lock as long as it lives, so that what a
    process left that was killed is known as such, and taken over.
    """

    asked = pyqtSignal(list)

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder or meeting_folder()
        self.socket = self._folder / f"{meeting_name()}.sock"
        self._lock = -1
        self._server: QLocalServer | None = None
        self._heard: dict[QLocalSocket, bytes] = {}

    def take_place(self) -> bool:
        """Be the first window, if there is none. OSError if there can be no meeting here; then each is on its own."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = self._folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise PermissionError(f"{self._folder} is not for this user alone")
        lock = os.open(self.socket.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        self._listen()
        return True

    def hand_over(self, paths: list[Path], seconds: float = ANSWER_SECONDS) -> bool:
        """Give paths to the first window; say whether it took them in time."""
        until = time.monotonic() + seconds
        text = json.dumps({"open": [str(path.absolute()) for path in paths]}).encode() + b"\n"
        while (left := until - time.monotonic()) > 0:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
                line.settimeout(left)
                line.connect(str(self.socket))
                line.sendall(text)
                return line.recv(len(_TAKEN)) == _TAKEN
            # The first window may be about to listen.
            time.sleep(0.02)
        return False

    def leave(self) -> None:
        """Be the first window no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _listen(self) -> None:
        # Who has the lock is the first: whatever is there was left by a process that is gone.
        self.socket.unlink(missing_ok=True)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._meet)
        if not server.listen(str(self.socket)):
            raise OSError(server.errorString())
        self.socket.chmod(0o600)
        self._server = server

    def _meet(self) -> None:
        assert self._server is not None
        while (line := self._server.nextPendingConnection()) is not None:
            self._heard[line] = b""
            line.readyRead.connect(lambda line=line: self._hear(line))
            line.disconnected.connect(lambda line=line: self._part(line))
            self._hear(line)

    def _part(self, line: QLocalSocket) -> None:
        self._heard.pop(line, None)
        line.deleteLater()

    def _hear(self, line: QLocalSocket) -> None:
        if line not in self._heard:
            return
        self._heard[line] += line.readAll().data()
        text = self._heard[line]
        if len(text) > MOST_BYTES:
            line.abort()
        elif text.endswith(b"\n"):
            paths = _paths_in(text)
            if paths is None:
                line.abort()
                return
            line.write(_TAKEN)
            line.flush()
            self.asked.emit(paths)


def _paths_in(text: bytes) -> list[Path] | None:
    try:
        found = json.loads(text)["open"]
        return [Path(path) for path in found if isinstance(path, str)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
