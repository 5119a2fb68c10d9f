"""The one dialog of leaving: asks what becomes of what runs, shows that it is done, and what did not end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QDialog, QProgressBar, QVBoxLayout

from . import words
from .choosing import ChoosePage
from .page import WIDTH, Page, text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QCloseEvent
    from PyQt6.QtWidgets import QWidget

    from ....core.errors import TreadleError
    from ..theme.theme import Theme
    from .alive import Lines
    from .decisions import Decisions

TICK_MS = 100


class LeavingDialog(QDialog):
    """Shows one page at a time; ``answered`` tells what was pressed: Escape and closing press the safe button.

    While something is being ended, nothing can be pressed; ``take_away`` closes it without an answer.
    """

    answered = pyqtSignal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._page: Page | None = None
        self._gone = False
        self.setWindowTitle(words.tr("Leave Treadle"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._bar: QProgressBar | None = None

    @property
    def page(self) -> Page:
        """The page that is shown."""
        assert self._page is not None
        return self._page

    # Pages

    def look(self, seconds: float) -> None:
        """Say that it is asked what still runs."""
        page = Page(self._theme, words.tr("Looking for what still runs…"), words.tr("The runner is asked."))
        bar = _bar(page, seconds)
        page.add_buttons((), (("cancel", words.tr("Cancel")),), safe="cancel")
        self._show(page, bar)

    def choose(self, lines: Lines, decisions: Decisions) -> ChoosePage:
        """Ask what becomes of all that is alive: ``go`` or ``cancel``."""
        page = ChoosePage(self._theme, lines, decisions)
        self._show(page)
        return page

    def wait(self, title: str, seconds: float) -> None:
        """Say that something is being ended, and how long that may take."""
        page = Page(self._theme, title, words.tr("Each process is looked after until it is gone."))
        self._show(page, _bar(page, seconds))

    def tell_survivors(self, left: Sequence[str], *, killed: bool) -> None:
        """Say what did not end, perhaps not even when it was ``killed``: ``kill``, ``leave`` or ``back``."""
        page = Page(
            self._theme,
            words.survivors_title(len(left)),
            words.survivors_text(len(left), killed=killed),
        )
        for one in left:
            page.body.addWidget(text_label(one, self._theme))
        back, leave = words.tr("Back"), words.tr("Leave running and close")
        kill = words.tr("Kill again and close") if killed else words.tr("Kill and close")
        page.add_buttons((("back", back),), (("leave", leave), ("kill", kill)), safe="back")
        self._show(page)

    def tell_silence(self) -> None:
        """Say that the runner does not answer: ``wait``, ``end`` or ``cancel``."""
        self._trouble(
            words.tr("End the runner, which does not answer?"),
            words.tr(
                "Nobody can say what still runs. If the runner is ended, so are its runs, and within five seconds the "
                "clusters that it started. What is finished need not be done again."
            ),
            ("wait", words.tr("Wait")),
        )

    def tell_trouble(self, error: TreadleError) -> None:
        """Say why it could not be done: ``end`` or ``cancel``."""
        self._trouble(words.tr("End the runner all the same?"), str(error))

    def _trouble(self, question: str, consequence: str, *more: tuple[str, str]) -> None:
        page = Page(self._theme, question, consequence)
        end, cancel = ("end", words.tr("End it and close")), ("cancel", words.tr("Cancel"))
        page.add_buttons((), (end, *more, cancel), safe="cancel")
        self._show(page)

    def _show(self, page: Page, bar: QProgressBar | None = None) -> None:
        if self._page is not None:
            self._layout.removeWidget(self._page)
            self._page.hide()
            self._page.deleteLater()
        if page.buttons:
            page.answered.connect(self.answered)
        self._page = page
        self._layout.addWidget(page)
        self.setAccessibleName(page.question)
        self.setAccessibleDescription(page.consequence)
        page.begin()
        self._bar = bar
        if bar is None:
            self._clock.stop()
        else:
            self._clock.start()
        self._layout.activate()
        self.resize(WIDTH, self._layout.totalHeightForWidth(WIDTH))
        if not self.isVisible():
            self.open()

    def _tick(self) -> None:
        if self._bar is not None:
            self._bar.setValue(min(self._bar.maximum(), self._bar.value() + 1))

    # Ends

    def take_away(self) -> None:
        """Close without an answer."""
        self._gone = True
        self._clock.stop()
        super().reject()

    def reject(self) -> None:
        """Press the safe button, as Escape does; where there is none, nothing happens."""
        if not self._gone and self.page.safe:
            self.answered.emit(self.page.safe)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Take the cross of the window's frame like Escape."""
        assert event is not None
        if self._gone:
            event.accept()
            return
        event.ignore()
        self.reject()


def _bar(page: Page, seconds: float) -> QProgressBar:
    """Add a bar that is full after so many seconds."""
    bar = QProgressBar()
    bar.setRange(0, max(1, round(seconds * 1000 / TICK_MS)))
    bar.setTextVisible(False)
    bar.setAccessibleName(page.question)
    page.body.addWidget(bar)
    return bar
