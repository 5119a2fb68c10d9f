"""What all dialogs of clusters have in common: they block nothing, follow a cluster, and show what goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, Qt

from .....core.errors import TreadleError
from ...dialogs.sheet import Sheet
from ...empty import EmptyPlace
from ...labels import write_as
from ...theme.tokens import GRID
from . import words
from .strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent, QShowEvent
    from PyQt6.QtWidgets import QLabel, QPushButton, QWidget

    from .....core.protocol import ClusterRow
    from ...theme.theme import Theme
    from ..clusters import Clusters
    from ..operation import Operation


class ClusterSheet(Sheet):
    """A dialog about the cluster in front. Escape gives up what goes on; if nothing does, it closes.

    It is as high as it has to be, and no higher if it is ``tight``.
    Kinds of it say what holds in ``refresh``, which is called at first and at each change. ``cluster`` is it.
    """

    def __init__(self, clusters: Clusters, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.clusters = clusters
        self.strip = Strip(theme, self)
        self.tight = False
        self._then: Callable[[Any], object] | None = None
        self._typed_in: QWidget | None = None
        self._labels: list[tuple[QLabel, str]] = []
        self.setModal(False)
        self._outer.insertWidget(1, self.strip)
        clusters.changed.connect(self._renew)
        clusters.news.connect(self._renew)
        theme.changed.connect(self.dress)

    @property
    def cluster(self) -> ClusterRow | None:
        """The cluster in front, if it answers."""
        return self.clusters.here

    def refresh(self) -> None:
        """Say what holds now."""

    def enable(self, *, idle: bool) -> None:
        """Let the person use the fields while nothing goes on."""

    def _renew(self, *_what: object) -> None:
        self.refresh()

    # What goes on

    def begin(self, operation: Operation, then: Callable[[Any], object] | None = None) -> None:
        """Show an operation; ``then`` gets its answer, if it neither fails nor is given up."""
        self._then, self._typed_in = then, self.focusWidget()
        operation.finished.connect(self._finished)
        self.strip.follow(operation)
        self.enable(idle=False)
        if not operation.going:
            self._finished(operation.answer)

    def _finished(self, answer: Any) -> None:
        then, self._then = self._then, None
        self.enable(idle=True)
        if self._typed_in is not None and self._typed_in.isEnabled():
            self._typed_in.setFocus()
        if then is not None and not isinstance(answer, TreadleError):
            then(answer)

    def closing_button(self, verb: str = "", *, default: bool = True) -> QPushButton:
        """Add the button that closes; one that says Cancel gives up what goes on, too."""
        self.strip.cancel.setVisible(not verb)
        return super().closing_button(verb, default=default)

    def reject(self) -> None:
        """Give up what goes on, or close."""
        if self.strip.going:
            self.strip.give_up()
        else:
            super().reject()

    # How it looks

    def quiet(self, label: QLabel, colour: str = "secondary") -> QLabel:
        """Write a label in a colour of the theme, also when the theme changes."""
        self._labels.append((label, colour))
        write_as(label, self.theme, colour=getattr(self.theme.colours, colour))
        return label

    def dress(self) -> None:
        """Take the colours of the theme."""
        for label, colour in self._labels:
            write_as(label, self.theme, colour=getattr(self.theme.colours, colour))

    def event(self, event: QEvent | None) -> bool:
        """Be high enough for all that is shown; a ``tight`` one is no higher."""
        done = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        needed = self._outer.totalSizeHint().height()
        if self._outer.hasHeightForWidth():
            needed = self._outer.totalHeightForWidth(self.width())
        if self.height() < needed or (self.tight and self.height() != needed):
            self.resize(self.width(), needed)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Look at the cluster from now on."""
        self.clusters.watch(self)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Look no longer."""
        self.clusters.unwatch(self)
        super().hideEvent(event)


class NoCluster(EmptyPlace):
    """Stands where there is no cluster to show: what is looked for, or why not, or the button that starts one."""

    def __init__(self, clusters: Clusters, theme: Theme, start: Callable[[], object], parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._clusters = clusters
        self.wanted.connect(start)
        clusters.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say what holds now."""
        clusters = self._clusters
        if clusters.state == "ready":
            self.say(
                self.tr("No cluster runs in profile {name}").format(name=clusters.chosen),
                self.tr("Start engines on this machine, or start a cluster elsewhere: it is found by itself."),
                "parallel",
                self.tr("Start engines…"),
            )
        elif clusters.problem is not None and clusters.state == "failed":
            self.say(self.tr("Clusters cannot be looked at"), words.trouble(clusters.problem), "warning")
        else:
            self.say(self.tr("Looking for clusters…"), "", "parallel")


BARE_HANDLE = "QSplitter::handle { background: transparent }"
PADDED = f"QListView::item, QTableView::item {{ padding: 0 {GRID}px }}"
READABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
