"""What the inspector needs to be told of runs, by whoever watches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from PyQt6.QtCore import QObject, pyqtSignal

from ..looks import NO_LOOK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtCore import pyqtBoundSignal

    from ..looks import NodeLook


class OutputPreview(NamedTuple):
    """What an output of one task looks like: ``facts`` as *core/worker/preview.py* makes them; ``item`` labels it."""

    port: str
    facts: Mapping[str, Any]
    item: str = ""


class RunSource(Protocol):
    """The newest run of the document, seen node by node; ids are those of the plan, ``group/node``."""

    @property
    def looks_changed(self) -> pyqtBoundSignal:
        """Tells a set of nodes that look different."""

    @property
    def details_changed(self) -> pyqtBoundSignal:
        """Tells the id of one node of which there are other previews or lines now; at most some times a second."""

    def look(self, node: str) -> NodeLook:
        """Return how a node does; NO_LOOK if nothing is known."""

    def why(self, node: str) -> str:
        """Return why the newest run chose the scheme that the look names; empty if it does not say."""

    def foreseen(self, node: str) -> str:
        """Return on which scheme the next run would have a node, and why, as a sentence; empty if nobody knows."""

    def want_details(self, node: str) -> None:
        """Get what there is to tell of a node; ``details_changed`` tells when it is there. Called at each selection."""

    def previews(self, node: str) -> Sequence[OutputPreview]:
        """Return what is known of the outputs of a node, of a few tasks at most; empty before a run."""

    def log(self, node: str) -> Sequence[str]:
        """Return the newest lines that a node wrote, the oldest first."""


class NoRuns(QObject):
    """Stands where nothing ever ran."""

    looks_changed = pyqtSignal(object)
    details_changed = pyqtSignal(str)

    def look(self, _node: str) -> NodeLook:
        """Know nothing."""
        return NO_LOOK

    def why(self, _node: str) -> str:
        """Know nothing."""
        return ""

    def foreseen(self, _node: str) -> str:
        """Know nothing."""
        return ""

    def want_details(self, _node: str) -> None:
        """Get nothing."""

    def previews(self, _node: str) -> Sequence[OutputPreview]:
        """Know nothing."""
        return ()

    def log(self, _node: str) -> Sequence[str]:
        """Know nothing."""
        return ()
