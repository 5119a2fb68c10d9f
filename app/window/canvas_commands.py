"""Says what the commands of the canvas do: each asks the canvas in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QMenu

from .commands.table import CANVAS_MENU, NODE_MENU, RUN_ON
from .run_commands import fill_run_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtCore import QPoint

    from .canvas.actions import CanvasActions
    from .window import Window


def bind_canvas_commands(window: Window) -> None:
    """Bind the commands of the canvas."""

    def do(what: Callable[[CanvasActions], object]) -> Callable[[], object]:
        return lambda: what(window.page.canvas.do) if window.page is not None else None

    bound: dict[str, Callable[[CanvasActions], object]] = {
        "edit.cut": lambda canvas: canvas.cut(),
        "edit.copy": lambda canvas: canvas.copy(),
        "edit.paste": lambda canvas: canvas.paste(),
        "edit.duplicate": lambda canvas: canvas.duplicate(),
        "edit.delete": lambda canvas: canvas.delete(),
        "edit.select-all": lambda canvas: canvas.select_all(),
        "view.fit": lambda canvas: canvas.fit(),
        "view.fit-selection": lambda canvas: canvas.fit_selection(),
        "view.actual-size": lambda canvas: canvas.zoom_to(1.0),
        "view.zoom-in": lambda canvas: canvas.zoom_in(),
        "view.zoom-out": lambda canvas: canvas.zoom_out(),
        "pipeline.group": lambda canvas: canvas.group(),
        "pipeline.ungroup": lambda canvas: canvas.ungroup(),
        "pipeline.frame": lambda canvas: canvas.add_frame(),
        "pipeline.comment": lambda canvas: canvas.add_comment(),
        "pipeline.bypass": lambda canvas: canvas.bypass(),
        "pipeline.disable": lambda canvas: canvas.disable(),
        "pipeline.breakpoint": lambda canvas: canvas.breakpoint_(),
        "pipeline.rename": lambda canvas: canvas.rename(),
        "pipeline.arrange": lambda canvas: canvas.arrange(),
        "pipeline.align-left": lambda canvas: canvas.align("left"),
        "pipeline.align-top": lambda canvas: canvas.align("top"),
        "pipeline.distribute-across": lambda canvas: canvas.distribute("across"),
        "pipeline.distribute-down": lambda canvas: canvas.distribute("down"),
    }
    for command_id, what in bound.items():
        window.commands.bind(command_id, do(what))
    window.commands.bind("edit.add", lambda: window.page.adding.search_here() if window.page is not None else None)


def show_menu(window: Window, node_id: str, place: QPoint) -> None:
    """Show what a node offers, or the empty canvas."""
    menu = QMenu(window)
    menu.setAccessibleName(window.tr("What can be done here"))
    items = NODE_MENU if node_id else CANVAS_MENU
    for item in items:
        if item == RUN_ON:
            run_on = menu.addMenu(window.shared.theme.icon("parallel"), window.tr("Run &on"))
            assert run_on is not None
            fill_run_on(window, run_on)
        else:
            window.commands.fill(menu, (item,))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)
