"""A bare table of results, looked up in this process: the least that a durable cache can cost."""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from typing import TYPE_CHECKING, Any

from ..dag import Of
from .peer import Peer

if TYPE_CHECKING:
    from ..dag import Dag, Step


class Table(Peer):
    """Keys by lineage, values pickled."""

    limit = True

    def start(self) -> None:
        self._table = sqlite3.connect(self.folder / "results.sqlite")
        self._table.execute("CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB)")

    def run(self, prepared: Dag) -> dict[str, Any]:
        keys: dict[str, bytes] = {}
        values: dict[str, Any] = {}
        for name, step in prepared.steps.items():
            keys[name] = _key(step, keys)
            found = self._table.execute("SELECT value FROM results WHERE key = ?", (keys[name],)).fetchone()
            if found is None:
                values[name] = step.function(*step.filled(values))
                row = keys[name], pickle.dumps(values[name])
                self._table.execute("INSERT INTO results VALUES (?, ?)", row)
            else:
                values[name] = pickle.loads(found[0])
        self._table.commit()
        return values

    def stop(self) -> None:
        self._table.close()


def _key(step: Step, keys: dict[str, bytes]) -> bytes:
    parts = [keys[one.step] if type(one) is Of else repr(one).encode() for one in step.arguments]
    return hashlib.blake2b(b"\0".join([step.function.__name__.encode(), *parts]), digest_size=16).digest()
