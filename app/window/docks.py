"""The panels around the documents: where each stands at first, and putting them back there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

if TYPE_CHECKING:
    from PyQt6.QtCore import QByteArray
    from PyQt6.QtGui import QAction

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
WIDTHS = {LEFT: 236, RIGHT: 300}
BOTTOM_HEIGHT = 176


class Panel(NamedTuple):
    """A panel: its name in the code, its title, where it stands at first, and what it shows."""

    name: str
    title: str
    area: Qt.DockWidgetArea
    widget: QWidget


class Docks:
    """The docks of a window. Those of one area stand behind each other as tabs."""

    def __init__(self, window: QMainWindow, panels: list[Panel]) -> None:
        self._window = window
        self._panels = panels
        self._before: QByteArray | None = None
        self.all: dict[str, QDockWidget] = {panel.name: self._made(panel) for panel in panels}
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self.reset()

    def reset(self) -> None:
        """Put all panels where they are at first."""
        self._before = None
        first: dict[Qt.DockWidgetArea, QDockWidget] = {}
        for panel in self._panels:
            dock = self.all[panel.name]
            dock.setFloating(False)
            self._window.addDockWidget(panel.area, dock)
            dock.show()
            if panel.area in first:
                self._window.tabifyDockWidget(first[panel.area], dock)
            else:
                first[panel.area] = dock
        for dock in first.values():
            dock.raise_()
        for area, width in WIDTHS.items():
            if area in first:
                self._window.resizeDocks([first[area]], [width], Qt.Orientation.Horizontal)
        if BOTTOM in first:
            self._window.resizeDocks([first[BOTTOM]], [BOTTOM_HEIGHT], Qt.Orientation.Vertical)

    def put_away(self, *, away: bool) -> None:
        """Hide all panels while what is in front has no use for them; then put them back as they were."""
        if away and self._before is None:
            self._before = self._window.saveState()
            for dock in self.all.values():
                dock.hide()
        elif not away and self._before is not None:
            before, self._before = self._before, None
            self._window.restoreState(before)
            self.name_all()
        for action in self.toggles():
            action.setEnabled(not away)

    def name_all(self) -> None:
        """Give a title to the panels that have no tab."""
        for dock in self.all.values():
            self._title(dock)
        self._name_bars()

    def _name_bars(self) -> None:
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.setAccessibleName(QCoreApplication.translate("Docks", "Panels"))
            bar.setDrawBase(False)

    def toggles(self) -> list[QAction]:
        """Return what shows and hides each panel, for a menu."""
        actions = [self.all[panel.name].toggleViewAction() for panel in self._panels]
        return [action for action in actions if action is not None]

    def show(self, name: str) -> None:
        """Bring a panel to the front."""
        self.all[name].show()
        self.all[name].raise_()

    def offer(self, name: str) -> None:
        """Bring a panel to the front, unless it would cover the one that has the keyboard: somebody works there."""
        covered = self._window.tabifiedDockWidgets(self.all[name])
        if not any(self._has_keyboard(dock) and not dock.visibleRegion().isEmpty() for dock in covered):
            self.show(name)

    def lead_to(self, name: str) -> None:
        """Bring a panel to the front and give it the keyboard."""
        self.show(name)
        self._give_keyboard(self.all[name])

    def _has_keyboard(self, dock: QDockWidget) -> bool:
        focus = self._window.focusWidget()
        return focus is not None and dock.isAncestorOf(focus)

    def _give_keyboard(self, dock: QDockWidget) -> None:
        panel = dock.widget()
        assert panel is not None
        takers = [child for child in panel.findChildren(QWidget) if _takes_keys(child) and child.isVisibleTo(panel)]
        (takers[0] if takers else panel).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _made(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(f"panel-{panel.name}")
        dock.setAccessibleName(panel.title)
        dock.setWidget(panel.widget)
        for moved in (dock.visibilityChanged, dock.dockLocationChanged, dock.topLevelChanged):
            moved.connect(lambda _how, dock=dock: self._title(dock))
        dock.visibilityChanged.connect(lambda seen, dock=dock: self._take_over(dock) if seen else None)
        return dock

    def _take_over(self, dock: QDockWidget) -> None:
        """Take the keyboard from a panel that is behind this one now: Qt would leave it there, out of sight."""
        if any(self._has_keyboard(behind) for behind in self._window.tabifiedDockWidgets(dock)):
            self._give_keyboard(dock)

    def _title(self, dock: QDockWidget) -> None:
        """A panel that has a tab needs no title besides."""
        self._name_bars()
        in_tabs = not dock.isFloating() and bool(self._window.tabifiedDockWidgets(dock))
        if in_tabs and dock.titleBarWidget() is None:
            nothing = QWidget(dock)
            nothing.setFixedHeight(0)
            dock.setTitleBarWidget(nothing)
        elif not in_tabs and dock.titleBarWidget() is not None:
            old = dock.titleBarWidget()
            dock.setTitleBarWidget(None)
            if old is not None:
                old.deleteLater()


def _takes_keys(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled()
