"""The card of the IPython scheme: which profile, how its cluster does, and all that can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, QTimer
from PyQt6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .....core.worker.machine import cores
from ...labels import write_as
from ...theme.tokens import CAPTION, GRID, ICON_SMALL, STATES
from ..card import LEAST_WIDTH, Card
from ..fields import Number
from . import words
from .card_deeds import deeds_of
from .deeds import Deeds
from .dialogs import Dialogs
from .strip import Strip

if TYPE_CHECKING:
    from PyQt6.QtGui import QHideEvent, QShowEvent

    from ...theme.theme import Theme
    from ..clusters import Clusters
    from ..operation import Operation
    from ..preferences import Preferences
    from .remembered import Remembered

MOST_WIDTH = 180 * GRID
CHOOSER_WIDTH = 32 * GRID
FEW_LINES = 2
LEAST_ACROSS = 88 * GRID
SIGN = 3 * GRID + 2
"""No higher than the line beside it."""
"""An error takes so many lines on the card; it can be scrolled, and copied."""


class IPythonCard(Card):
    """Looks at the cluster in front as long as anybody looks at the card. ``dialogs`` are all that it opens."""

    NAME = "ipython"

    def __init__(
        self,
        clusters: Clusters,
        remembered: Remembered,
        preferences: Preferences,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.NAME, preferences, theme, parent)
        self.clusters = clusters
        self.dialogs = Dialogs(clusters, remembered, theme, self)
        self.dialogs.follow = self.follow
        self.setMaximumWidth(MOST_WIDTH)
        self.profile, self.cluster = QComboBox(self), QComboBox(self)
        self.more = QToolButton(self)
        self.number = Number(self.tr("auto ({count})").format(count=cores()), theme, self)
        self.lock, self.how = QLabel(self), QLabel(self)
        self.deeds, self.strip = Deeds(theme, self), Strip(theme, self, lines=FEW_LINES)
        self._dock: QDockWidget | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look)
        self._make_fields()
        for name, deed in deeds_of(self.dialogs).items():
            self.deeds.add(name, deed)
        self._add_below()
        self.strip.emptied.connect(self._turned)
        clusters.changed.connect(self.show_clusters)
        clusters.news.connect(self.show_clusters)
        self.show_clusters()

    def about(self) -> str:
        """Return the line of help."""
        return self.tr("Engines of a cluster, here or elsewhere, started by whomever")

    # How it is made

    def _make_fields(self) -> None:
        chooser = QWidget(self)
        row = QHBoxLayout(chooser)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        for box, about in (
            (self.profile, self.tr("The IPython profile whose cluster runs use")),
            (self.cluster, self.tr("Which cluster of this profile is shown here")),
        ):
            box.setMinimumWidth(CHOOSER_WIDTH)
            box.setToolTip(about)
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            row.addWidget(box)
        row.addWidget(self.more)
        self.cluster.setAccessibleName(self.tr("Cluster"))
        self.profile.activated.connect(self._profile_chosen)
        self.cluster.activated.connect(lambda at: self.clusters.pick(self.cluster.itemData(at)))
        self._make_menu()
        self.fields.add(self.tr("Profile"), chooser).caption.setBuddy(self.profile)
        self.profile.setAccessibleName(self.tr("Profile"))
        tip = self.tr("How many engines a run starts that uses IPython where no cluster runs")
        self.number.edited.connect(lambda value: self.preferences.set(self.name, number=value))
        self.fields.add(self.tr("Engines of a run"), self.number, tip)

    def _make_menu(self) -> None:
        self.more.setToolTip(self.tr("New profile, duplicate, open folder"))
        self.more.setAccessibleName(self.tr("More about profiles"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none }")
        self.more.setIconSize(QSize(ICON_SMALL, ICON_SMALL))
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self.more)
        for text, act in (
            (self.tr("New profile…"), self.dialogs.new_profile),
            (self.tr("Duplicate profile…"), self.dialogs.duplicate_profile),
            (self.tr("Open its folder"), self.dialogs.open_folder),
        ):
            action = menu.addAction(text)
            assert action is not None
            action.triggered.connect(lambda _checked, act=act: act())
        menu.aboutToShow.connect(lambda: menu.actions()[-1].setEnabled(bool(self.dialogs.folder)))
        self.more.setMenu(menu)

    def _add_below(self) -> None:
        self.below = QWidget(self)
        line = QHBoxLayout(self.below)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID + 2)
        line.addWidget(self.lock)
        line.addWidget(self.how, 1)
        self.how.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.how.setTextFormat(Qt.TextFormat.PlainText)
        self.how.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.how.setAccessibleName(self.tr("How the cluster does"))
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        at = column.indexOf(self.fields) + 1
        column.insertWidget(at, self.below)
        column.insertWidget(at + 1, self.strip)
        column.insertWidget(at + 2, self.deeds)

    # What is shown

    def _refresh(self) -> None:
        self.number.show_value(self.preferences.choice(self.name).value("number"))

    def show_clusters(self, *_what: object) -> None:
        """Show the profiles, and how the cluster in front does."""
        self._fill_profiles()
        self._fill_clusters()
        self._write_how()
        self._allow()
        self._dress_below()

    def _fill_profiles(self) -> None:
        names = [profile.name for profile in self.clusters.all_profiles]
        if names != [self.profile.itemText(at) for at in range(self.profile.count())]:
            self.profile.clear()
            self.profile.addItems(names)
        self.profile.setCurrentIndex(self.profile.findText(self.clusters.chosen))
        self.profile.setEnabled(bool(names) and self.clusters.state == "ready")
        self.more.setEnabled(self.profile.isEnabled())

    def _fill_clusters(self) -> None:
        there = [row.name for row in self.clusters.of_profile]
        self.cluster.setVisible(len(there) > 1)
        if there != [self.cluster.itemData(at) for at in range(self.cluster.count())]:
            self.cluster.clear()
            for name in there:
                self.cluster.addItem(name.cluster_id or self.tr("(no name)"), name)
        if self.clusters.current in there:
            self.cluster.setCurrentIndex(there.index(self.clusters.current))

    def _how(self) -> str:
        if self.clusters.state == "ready":
            return words.in_short(self.clusters.row(), looked=self.clusters.looked())
        if self.clusters.state == "failed" and self.clusters.problem is not None:
            return self.tr("Clusters cannot be looked at: {why}").format(why=self.clusters.problem.message)
        return self.tr("Looking for clusters…")

    def _write_how(self) -> None:
        """In one line, the rest of it in the tooltip, where the cards are low; else in as many as it takes."""
        text = shown = self._how()
        self.how.setWordWrap(not self._across)
        if self._across:
            shown = self.how.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.how.width())
        self.how.setText(shown)
        self.how.setToolTip(text)
        self.how.setAccessibleDescription(text)

    def _allow(self) -> None:
        """Offer what can be done now, and say of the rest why it cannot."""
        row, ready = self.clusters.here, self.clusters.state == "ready"
        nobody = "" if ready else self.tr("There is no runner that could do it.")
        none = nobody or ("" if row is not None else self.tr("No cluster runs in this profile."))
        for name in ("start", "logs", "environment", "change-profile"):
            self.deeds.allow(name, nobody)
        for name in ("information", "run-on", "restart", "shut-down"):
            self.deeds.allow(name, none)
        some = words.is_to_let_go(self.clusters.row())
        self.deeds.allow("clean-up", nobody or ("" if some else self.tr("Nothing of it belongs to this Treadle.")))

    def _profile_chosen(self, at: int) -> None:
        wanted = self.profile.itemText(at)
        # Until it is changed, the chooser shows what holds.
        self.profile.setCurrentIndex(self.profile.findText(self.clusters.chosen))
        self.dialogs.use_profile(wanted)

    def follow(self, operation: Operation) -> None:
        """Show an operation on the card itself."""
        self.strip.follow(operation)
        self._turned()

    # How it looks

    def _dress_below(self) -> None:
        row, colours = self.clusters.here, self.theme.colours
        plain = row is not None and not row.encrypted
        colour = STATES["stale"].colour.on(colours) if plain else colours.secondary
        text = self.tr("Not encrypted") if plain else self.tr("Encrypted")
        self.lock.setVisible(row is not None)
        self.lock.setToolTip(text)
        self.lock.setAccessibleName(text)
        icon = "warning" if plain else "lock"
        self.lock.setPixmap(self.theme.pixmap(icon, colour, SIGN, self.devicePixelRatioF()))
        write_as(self.how, self.theme, CAPTION, colour=colours.text if row is not None else colours.secondary)
        self.more.setIcon(self.theme.icon("more"))

    def _dress(self) -> None:
        super()._dress()
        if hasattr(self, "strip"):
            self._dress_below()
            self._turned()

    @property
    def _across(self) -> bool:
        """Whether the cards stand side by side."""
        return bool(getattr(self.parentWidget(), "across", True))

    def _turned(self) -> None:
        """Take less height where the cards stand side by side: what goes on, or went wrong, takes the place of more."""
        across = self._across
        busy = not self.strip.isHidden()
        self.setMinimumWidth(LEAST_ACROSS if across else LEAST_WIDTH)
        self.deeds.set_lines(1 if across else 0)
        self.help.setVisible(not across and not self.live.error)
        self.fields.setVisible(not (across and busy))
        self.below.setVisible(not (across and busy))
        self._write_how()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Look at the cluster from now on."""
        super().showEvent(event)
        self._turned()
        self._find_dock()
        # Not at once: a panel is shown for a moment while others are put before it.
        self._soon.start()

    def _find_dock(self) -> None:
        """Hear of the panel that the card is in: one behind another panel counts as visible to Qt."""
        around = self.parentWidget()
        while self._dock is None and around is not None:
            if isinstance(around, QDockWidget):
                self._dock = around
                around.visibilityChanged.connect(lambda _on: self._soon.start())
            around = around.parentWidget()

    def _look(self) -> None:
        """Look at the cluster as long as the panel is in front."""
        behind = self._dock is not None and self._dock.visibleRegion().isEmpty()
        if self.isVisible() and not behind:
            self.clusters.watch(self)
        else:
            self.clusters.unwatch(self)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Look no longer."""
        super().hideEvent(event)
        self._soon.start()

    def resizeEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, N802
        """Use more lines for the buttons where the cards stand one below the other."""
        super().resizeEvent(event)
        self._turned()
