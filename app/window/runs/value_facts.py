"""What the newest run tells of the values that pass along a connection: type, shape, size, and time on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core.errors import UsageError
from ....core.pipeline import split_endpoint
from ....core.protocol import TaskDetails
from ....core.run.states import CACHE
from .. import amounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....core.pipeline import Where
    from ....core.protocol import TaskRow
    from .record import RunRecord
    from .runs import Runs

_MADE = frozenset({"succeeded", "cached"})
_SHORT = {"numpy.ndarray": "array", "pathlib.PosixPath": "file"}


class ValueFacts(QObject):
    """Answers from what is known; what an output looks like is asked of the runner, and ``told`` when it is there."""

    told = pyqtSignal()

    def __init__(self, runs: Runs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._looks: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        runs.run_begun.connect(self._looks.clear)

    def of(self, where: Where, source: str, target: str) -> list[str]:
        """Return lines about the connection of two ports in a body; none where nothing came of it yet."""
        record = self._runs.record
        if record is None:
            return []
        node, port = _maker(record, where, source)
        made = [row for row in record.tasks.values() if row.node == node and row.state in _MADE]
        if not made:
            return []
        return [*self._value(record, made, port), *self._way(record, where, target)]

    def _value(self, record: RunRecord, made: Sequence[TaskRow], port: str) -> list[str]:
        lines = []
        total = record.nodes[made[0].node].total
        if len(made) > 1 or total > 1:
            lines.append(self.tr("{0} of {1} values made").format(amounts.count(len(made)), amounts.count(total)))
        looks = self._looks_of(made[0].task)
        if facts := looks.get(port):
            told = _described(facts)
            lines.append(self.tr("For example {0}").format(told) if len(made) > 1 else told)
        # How much each of several outputs takes is not told.
        size = sum(row.bytes_out for row in made)
        if size and len(looks) == 1:
            lines.append(self.tr("{0} in all").format(amounts.size(size)) if len(made) > 1 else amounts.size(size))
        return lines

    def _way(self, record: RunRecord, where: Where, target: str) -> list[str]:
        """Return how long the tasks that read it waited for their inputs, once a scheme had them."""
        node = "/".join((*where, split_endpoint(target)[0]))
        took = [
            row.began - row.dispatched
            for row in record.tasks.values()
            if row.node == node and row.began and row.scheme and row.scheme != CACHE
        ]
        if not took:
            return []
        text = self.tr("Handed over and begun in {0}").format(amounts.duration(sum(took) / len(took)))
        if len(took) > 1:
            text += self.tr(" on average, {0} at most").format(amounts.duration(max(took)))
        return [text]

    def _looks_of(self, task: str) -> Mapping[str, Mapping[str, Any]]:
        if task not in self._looks:
            self._looks[task] = {}
            self._runs.ask_task(task, lambda answer: self._take(task, answer))
        return self._looks[task]

    def _take(self, task: str, answer: Any) -> None:
        if isinstance(answer, TaskDetails) and task in self._looks:
            self._looks[task] = answer.previews
            self.told.emit()


def _maker(record: RunRecord, where: Where, source: str) -> tuple[str, str]:
    """Return the path and the output of the node that makes what an output of a body gives: inside groups, too."""
    node_id, port = split_endpoint(source)
    path = "/".join((*where, node_id))
    try:
        while (group := record.ran.node(path).group) is not None and port in group.outputs:
            node_id, port = split_endpoint(group.outputs[port])
            path = f"{path}/{node_id}"
    except UsageError:
        # It was added after the run.
        return path, port
    return path, port


def _described(facts: Mapping[str, Any]) -> str:
    kind = str(facts.get("type", ""))
    shape = " × ".join(map(str, facts.get("shape", ())))
    length = f"{amounts.count(facts['length'])} items" if "length" in facts else ""
    return ", ".join(filter(None, (_SHORT.get(kind, kind), shape, str(facts.get("dtype", "")), length)))
