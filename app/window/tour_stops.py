"""What the tour shows of the window, and starting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from .tour import Stop, Tour

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from .window import Window

EXAMPLE = "first_run"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Tour", text)


def stops(window: Window) -> list[Stop]:
    """Return the five stops."""

    def panel(name: str) -> QWidget:
        window.docks.show(name)
        return window.docks.all[name]

    def run() -> QWidget | None:
        return window.toolbar.widgetForAction(window.commands.action("run.start"))

    return [
        Stop(
            lambda: panel("modules"),
            _tr("Modules"),
            _tr("Drag a module onto the canvas. Or press Tab there, type a few letters, and press Return."),
        ),
        Stop(
            lambda: window.page,
            _tr("The canvas"),
            _tr("Drag from a port to connect; what does not fit is dimmed. Everything can be undone with Ctrl+Z."),
        ),
        Stop(
            lambda: panel("inspector"),
            _tr("The inspector"),
            _tr("Select a node to set its parameters, to run it over a list, and to see what it made."),
        ),
        Stop(
            run,
            _tr("Run"),
            _tr("Runs all that is not up to date, in parallel, by the schemes that suit. Your edits never disturb it."),
        ),
        Stop(
            lambda: panel("tasks"),
            _tr("What happens"),
            _tr("Each task, its log, and problems with what to do about them. F1 lists all keys."),
        ),
    ]


def start_tour(window: Window) -> None:
    """Start the tour, with an example if no pipeline is in front."""
    if window.tour is not None:
        return
    if window.page is None:
        window.files.open_example(EXAMPLE, lambda _document: _start(window))
    else:
        _start(window)


def _start(window: Window) -> None:
    window.tour = Tour(window.shared.theme, stops(window), window)
    window.tour.left.connect(lambda: _left(window))


def _left(window: Window) -> None:
    window.tour = None
    window.shared.settings.set("tour_seen", value=True)
    if window.page is not None:
        window.page.setFocus()
