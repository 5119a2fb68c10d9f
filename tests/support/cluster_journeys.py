"""The card of the IPython scheme with a real runner, and what a person does with it."""

from __future__ import annotations

import time

import psutil
from cluster_talks import numbers
from endings import is_dead
from toolboxes import Toolbox

from treadle.app.window.bridge import Bridge

MS = 60_000


class Journey(Toolbox):
    """What a person does, each step waited for."""

    def __init__(self, qtbot, folder) -> None:
        self.qtbot = qtbot
        bridge = Bridge()
        bridge.start()
        qtbot.waitUntil(lambda: bridge.state == "idle", timeout=MS)
        super().__init__(bridge, folder)
        self.until(lambda: self.clusters.state == "ready")

    def until(self, so):
        self.qtbot.waitUntil(lambda: bool(so()), timeout=MS)

    def started(self, engines=2):
        dialog = self.dialogs.start_engines()
        dialog.engines.setValue(engines)
        dialog.start.click()
        self.until(lambda: "start" not in self.dialogs.open or dialog.strip.said)
        assert "start" not in self.dialogs.open, dialog.strip.said
        self.until(lambda: self.row is not None and len(numbers(self.row)) >= engines)
        return self.row

    def failed(self, seconds=60.0, **fields):
        """Start what cannot be started; return what is said."""
        dialog = self.dialogs.start_engines()
        dialog.deadline.setValue(int(seconds))
        for name, text in fields.items():
            getattr(dialog, name).setText(text)
        began = time.monotonic()
        dialog.start.click()
        self.until(lambda: bool(dialog.strip.said))
        assert time.monotonic() - began < seconds + 5
        assert dialog.start.isEnabled()
        said = dialog.strip.said
        dialog.close()
        return said

    def end(self):
        client = self.bridge._client
        self.bridge.stop()
        if client is not None:
            client.close()
        super().end()


def alive(pids):
    return [pid for pid in pids if psutil.pid_exists(pid) and not is_dead(psutil.Process(pid))]


def processes(row):
    return [row.process, *(engine.pid for engine in row.engines)]


def column(tree, item, title):
    titles = [tree.headerItem().text(at) for at in range(tree.columnCount())]
    return item.text(titles.index(title))


def children(tree):
    host = tree.topLevelItem(0)
    return [host.child(at) for at in range(host.childCount())]
