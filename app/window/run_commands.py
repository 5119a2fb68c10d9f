"""Says what the commands of runs do, and when they can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .explain.legend import LegendDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QMenu

    from .page import DocumentPage
    from .window import Window


def bind_run_commands(window: Window) -> None:
    """Bind the commands of runs to the document in front."""

    def on_page(do: Callable[[DocumentPage], object]) -> Callable[[], object]:
        return lambda: do(window.page) if window.page is not None else None

    bound: dict[str, Callable[[DocumentPage], object]] = {
        "run.start": lambda page: page.runs.start(),
        "run.to-here": lambda page: page.runs.start(until=page.selected_paths),
        "run.pause": pause_or_go_on,
        "run.continue": lambda page: page.runs.stops.go_on(),
        "run.continue-here": lambda page: page.runs.stops.go_on(page.selected_paths),
        "run.cancel": lambda page: page.runs.cancel(),
        "run.retry-failed": lambda page: page.runs.retry_failed(),
        "run.why": lambda page: _explain_selected(window, page),
    }
    for command_id, do in bound.items():
        window.commands.bind(command_id, on_page(do))
    window.commands.bind("view.legend", lambda: LegendDialog(window.shared.theme, window).open())
    window.menus.run_on.aboutToShow.connect(lambda: fill_run_on(window, window.menus.run_on))
    window.rooms.inspector.why_requested.connect(on_page(lambda page: _explain_selected(window, page)))


def fill_run_on(window: Window, menu: QMenu) -> None:
    """Put the schemes that what is selected may be given into a menu."""
    if window.page is not None:
        window.running[window.page.document].explaining.fill(menu)
    else:
        menu.clear()


def _explain_selected(window: Window, page: DocumentPage) -> None:
    window.running[page.document].explaining.explain_selected()


def pause_or_go_on(page: DocumentPage) -> None:
    """Pause a run, or let it go on: after a pause, or where it waits for nothing but a person at its breakpoints."""
    if page.runs.paused:
        page.runs.go_on()
    elif page.runs.stops.halted:
        page.runs.stops.go_on()
    else:
        page.runs.pause()


def stands_still(page: DocumentPage) -> bool:
    """Say whether the run starts nothing before a person lets it go on."""
    return page.runs.paused or page.runs.stops.halted


def run_facts(page: DocumentPage) -> set[str]:
    """Return what holds of a document's runs, for the commands."""
    runs, stops = page.runs, page.runs.stops
    held = {
        "running": runs.going,
        "paused": runs.paused,
        "failed": runs.has_failed,
        "stopped": bool(stops.places),
        "stopped-here": bool(stops.places) and not set(stops.places).isdisjoint(page.selected_paths),
    }
    return {name for name, holds in held.items() if holds}
