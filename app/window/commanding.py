"""Says what each command of the window does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices

from .canvas_commands import bind_canvas_commands
from .cluster_commands import bind_cluster_commands
from .command_search import search_commands
from .dialogs.about import AboutDialog
from .dialogs.settings_dialog import SettingsDialog
from .dialogs.shortcut_dialog import ShortcutDialog
from .leaving.restarting import Restarting
from .run_commands import bind_run_commands
from .tour_stops import start_tour

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .document import Document
    from .window import Window


def bind_commands(window: Window, log_folder: Path) -> None:
    """Bind the commands of a window; what belongs to the document in front asks which that is when it is called."""
    for command_id, do in _deeds(window, log_folder).items():
        window.commands.bind(command_id, do)
    for name in window.docks.all:
        window.commands.bind(f"go.{name}", partial(window.lead_to, name))
    bind_canvas_commands(window)
    bind_run_commands(window)
    bind_cluster_commands(window)
    theme = window.shared.theme
    theme.changed.connect(lambda: window.commands.check("view.theme", on=theme.is_dark))
    window.commands.check("view.theme", on=theme.is_dark)


def _deeds(window: Window, log_folder: Path) -> dict[str, Callable[[], object]]:
    shared = window.shared

    def with_document(do: Callable[[Document], object]) -> Callable[[], object]:
        return lambda: do(window.document) if window.document is not None else None

    return {
        "file.new": window.files.new,
        "file.open": window.files.ask_open,
        "file.save": with_document(window.files.save),
        "file.save-as": with_document(window.files.save_as),
        "file.revert": with_document(window.files.revert),
        "file.export-python": with_document(window.files.export_python),
        "file.close": lambda: window.close_page(window.tabs.page) if window.tabs.page is not None else None,
        "file.settings": lambda: SettingsDialog(shared, window).open(),
        "file.quit": window.close,
        "edit.undo": with_document(lambda document: document.undo()),
        "edit.redo": with_document(lambda document: document.redo()),
        "view.theme": lambda: _switch_theme(window),
        "view.commands": lambda: search_commands(window, window.command_popup),
        "view.reset-layout": window.reset_layout,
        "go.canvas": lambda: window.page.setFocus() if window.page is not None else None,
        "view.next-tab": lambda: window.tabs.step(1),
        "view.previous-tab": lambda: window.tabs.step(-1),
        "help.welcome": window.show_welcome,
        "help.tour": lambda: start_tour(window),
        "help.shortcuts": lambda: ShortcutDialog(window.commands, shared.theme, window).open(),
        "help.log": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder))),
        "help.about": lambda: AboutDialog(shared.theme, shared.bridge.welcome, window).open(),
        "run.restart-runner": Restarting(shared.bridge, shared.theme, window).begin,
    }


def _switch_theme(window: Window) -> None:
    window.shared.settings.set("appearance", "light" if window.shared.theme.is_dark else "dark")
