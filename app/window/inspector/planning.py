"""Works out along which axes a node runs, in a thread of its own, and says it in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ....core.background import BackgroundThread
from ....core.errors import TreadleError
from ....core.planning.make_plan import make_plan
from .. import amounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....core.pipeline import Pipeline
    from ....core.planning.plan import Axis

DELAY_MS = 250
"""So long nothing may change before it is worked out."""

Answer = tuple[str, "Sequence[Axis] | None", str]


class Planner(QObject):
    """Answers with ``planned(node, axes or None, what is wrong)``; a newer question takes the place of an older one."""

    planned = pyqtSignal(str, object, str)
    _done = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[Pipeline, str] | None = None
        self._busy = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._begin)
        self._done.connect(self._finish)

    def ask(self, pipeline: Pipeline, node: str) -> None:
        """Ask for the axes of a node, as the pipeline is when nothing changed for a moment."""
        self._wanted = (pipeline, node)
        self._timer.start()

    def _begin(self) -> None:
        if self._busy or self._wanted is None:
            return
        pipeline, node = self._wanted
        self._wanted, self._busy = None, True
        snapshot = pipeline.copy()
        BackgroundThread(target=lambda: self._work(snapshot, node), name="treadle-axes", daemon=True).start()

    def _work(self, pipeline: Pipeline, node: str) -> None:
        answer = (node, *axes_of(pipeline, node))
        try:
            self._done.emit(answer)
        except RuntimeError:
            return  # The window was closed meanwhile.

    def _finish(self, answer: Any) -> None:
        self._busy = False
        if self._wanted is not None:
            self._begin()
        else:
            self.planned.emit(*answer)


def axes_of(pipeline: Pipeline, node: str) -> tuple[Sequence[Axis] | None, str]:
    """Return the axes along which a node runs, outer to inner, or None and what is wrong."""
    try:
        plan = make_plan(pipeline, (node,))
    except TreadleError as error:
        return None, str(error)
    except Exception:  # noqa: BLE001 - a pipeline that is being edited may be wrong in any way; Problems tells how
        return None, ""
    planned = plan.node(node)
    return ([plan.axes[number] for number in planned.axes], "") if planned is not None else (None, "")


def sentence(axes: Sequence[Axis], total: int) -> str:
    """Say how often a node runs; ``total`` is the number of tasks if it is known, else -1."""
    if not axes:
        return _tr("Runs once.")
    parts = [_part(axis) for axis in axes]
    together = _tr(" and ").join(parts)
    count = total if total > 0 else _product(axes)
    if count < 0:
        return _tr("Runs once for each {axes}; how many there are is known in the run.").format(axes=together)
    if count == 1:
        return _tr("Runs once for each {axes}: 1 task.").format(axes=together)
    return _tr("Runs once for each {axes}: {count} tasks.").format(axes=together, count=amounts.count(count))


def _part(axis: Axis) -> str:
    if axis.kind == "sweep":
        return _tr("value of {axis} ({number})").format(axis=axis.label, number=amounts.count(len(axis.values)))
    if axis.kind == "rounds":
        return _tr("round of {axis} (at most {number})").format(axis=axis.label, number=amounts.count(axis.bound))
    return _tr("item of {axis}").format(axis=axis.label)


def _product(axes: Sequence[Axis]) -> int:
    count = 1
    for axis in axes:
        known = len(axis.values) if axis.kind == "sweep" else axis.sizes[0][1] if axis.sizes else -1
        if known < 0:
            return -1
        count *= known
    return count


def _tr(text: str) -> str:
    return QCoreApplication.translate("Planning", text)
