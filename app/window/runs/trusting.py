"""Whether a document may run the code it holds: restricted until a person has looked at that code and trusts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core import protocol as p
from ....core.errors import TreadleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..bridge import Bridge
    from ..document import Document
    from .packing import Packer


class Trusting(QObject):
    """What is trusted once stays so while the document is open: what is added then, the person adds.

    ``restricted`` is None until the runner has told; ``code`` is what would run.
    """

    changed = pyqtSignal()

    def __init__(self, bridge: Bridge, document: Document, packer: Packer, parent: QObject) -> None:
        super().__init__(parent)
        self.restricted: bool | None = None
        self.code: tuple[p.CodePlace, ...] = ()
        self._bridge, self._document, self._packer = bridge, document, packer
        self._opened = document.pipeline.copy()
        self._asked = False
        bridge.state_changed.connect(lambda _state, _why: self._ask())
        self._ask()

    @property
    def trusted(self) -> bool:
        """Whether all that the document holds may run."""
        return self.restricted is False

    def _ask(self) -> None:
        if self.restricted is None and not self._asked and self._bridge.state == "idle":
            self._asked = True
            self._packer.pack(self._opened, self._send)

    def _send(self, packed: Any) -> None:
        if isinstance(packed, p.Document):
            self._bridge.ask(p.AskTrust, self._told, document=packed)

    def _told(self, answer: Any) -> None:
        self._asked = False
        if isinstance(answer, p.TrustState) and self.restricted is not False:
            self.restricted, self.code = not answer.trusted, answer.code
            self.changed.emit()

    def ask_now(self, packed: p.Document, then: Callable[[p.TrustState | TreadleError], None]) -> None:
        """Have the code told that the document holds as it is now."""

        def take(answer: Any) -> None:
            self._told(answer)
            then(answer)

        self._bridge.ask(p.AskTrust, take, document=packed)

    def give(self, then: Callable[[TreadleError | None], None]) -> None:
        """Trust the document as it is now, and from now on; ``then`` is told if that cannot be."""

        def send(packed: Any) -> None:
            if isinstance(packed, p.Document):
                self._bridge.ask(p.GiveTrust, take, document=packed)
            else:
                then(packed)

        def take(answer: Any) -> None:
            if isinstance(answer, TreadleError):
                then(answer)
                return
            self.restricted = False
            self.changed.emit()
            then(None)

        self._packer.pack(self._document.pipeline.copy(), send)
