"""The Python source of a node that is written in the pipeline itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ....core.describing.source import describe_source
from ....core.edits import Change
from ....core.errors import ModuleLookupError
from ....core.modules import Port
from ..theme.tokens import GRID
from .editors.code import CodeEditor
from .editors.reading import UNSET
from .fields import Caption, FaultLabel

if TYPE_CHECKING:
    from typing import Any

    from ..theme.theme import Theme
    from .selection import Selection


class SourceCode(QWidget):
    """Edits the source of a module; it reaches the pipeline when it defines the function, and stays here until then.

    Reading it executes nothing. All nodes of the module change with it. ``draft_changed`` tells what is written and
    is not right, None once it is.
    """

    draft_changed = pyqtSignal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._selection: Selection | None = None
        self._key = ""
        self._wrong = False
        self.editor = CodeEditor(Port(name=self.tr("Source"), type="str"), theme)
        self.fault, self.told = FaultLabel(theme), Caption(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.editor, self.fault, self.told):
            layout.addWidget(widget)
        self.editor.edited.connect(self._take)
        self.editor.left.connect(self._end)

    def show_selection(self, selection: Selection, draft: Any = None) -> bool:
        """Show the source of the node, or the ``draft`` that was not right; False if it has none."""
        single = selection.single
        module = selection.module(single[1]) if single is not None else None
        if single is None or module is None or not module.source:
            self._key = ""
            return False
        other = self._key != single[1].module
        self._selection, self._key = selection, single[1].module
        if other or not self._wrong:
            self.editor.show_value(module.source)
            self._say("")
            if other and draft is not None:
                self.editor.show_draft(draft)
        others = sum(node.module == self._key for _, body in selection.pipeline.walk() for node in body.nodes.values())
        self.told.setText(self.tr("{number} nodes run this source.").format(number=others) if others > 1 else "")
        self.told.setVisible(others > 1)
        return True

    @property
    def key(self) -> str:
        """The module whose source is shown."""
        return self._key

    def _take(self, text: Any) -> None:
        if self._selection is None or not self._key:
            return
        pipeline = self._selection.pipeline
        old = pipeline.modules[self._key]
        try:
            module = describe_source("" if text is UNSET else text, old.name)
        except ModuleLookupError as error:
            self._say(str(error))
            self.draft_changed.emit(self.editor.draft())
            return
        self._say("")
        self.draft_changed.emit(None)
        if module.source != old.source:
            label = self.tr("edit source")
            self._selection.document.edit(Change("modules", {self._key: module}), label, f"{label} {self._key}")

    def _say(self, text: str) -> None:
        self._wrong = bool(text)
        self.fault.say(text)
        self.editor.show_fault(self._wrong)

    def _end(self) -> None:
        if self._selection is not None:
            self._selection.document.end_merging()
