"""Where exceptions and Qt's own messages go: into the log and, once, before the person; the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QMessageLogContext, QObject, QtMsgType, pyqtSignal, qInstallMessageHandler

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

LOG = logging.getLogger("treadle.window")
MOST_BYTES = 1_000_000
KEPT_LOGS = 3
MOST_TOLD = 20
"""More faults than these are only written to the log: a fault in what is painted comes with each picture."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Faults(QObject):
    """Takes what nobody caught, from any thread. ``happened`` tells its text in the window's thread.

    PyQt ends the program when an exception leaves a slot, unless somebody takes it: from ``install`` on, this does.
    """

    happened = pyqtSignal(str)
    interrupted = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told = 0
        self._before: tuple[Any, Any, Any] | None = None

    def install(self) -> None:
        """Take what is not caught, until ``remove``."""
        self._before = sys.excepthook, threading.excepthook, qInstallMessageHandler(_take_message)
        sys.excepthook = self.take
        threading.excepthook = self._take_thread

    def remove(self) -> None:
        """Leave it to whoever had it before."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, handler = self._before
            qInstallMessageHandler(handler)
            self._before = None

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Take an exception."""
        if issubclass(kind, KeyboardInterrupt):
            self.interrupted.emit()
            return
        text = "".join(traceback.format_exception(kind, error, trace)).rstrip()
        LOG.error("not caught:\n%s", text)
        self._told += 1
        if self._told <= MOST_TOLD:
            self.happened.emit(text)

    def _take_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            self.take(args.exc_type, args.exc_value, args.exc_traceback)


def _take_message(kind: QtMsgType, context: QMessageLogContext | None, text: str | None) -> None:
    category = context.category if context is not None else ""
    LOG.log(_LEVELS.get(kind, logging.WARNING), "Qt %s: %s", category or "", text)


def open_log(folder: Path) -> Path | None:
    """Write the log of the window to a file of this folder; None if it cannot be written, and then it goes nowhere."""
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    file = folder / "window.log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(file, maxBytes=MOST_BYTES, backupCount=KEPT_LOGS, encoding="utf-8", delay=True)
    except OSError:
        LOG.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    return file


def close_log() -> None:
    """Let go of the file of the log."""
    for handler in list(LOG.handlers):
        LOG.removeHandler(handler)
        handler.close()
