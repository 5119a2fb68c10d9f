"""Says what the commands of runs do, and when they can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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
        "run.cancel": lambda page: page.runs.cancel(),
        "run.retry-failed": lambda page: page.runs.retry_failed(),
    }
    for command_id, do in bound.items():
        window.commands.bind(command_id, on_page(do))


def pause_or_go_on(page: DocumentPage) -> None:
    """Pause a run, or let it go on."""
    if page.runs.paused:
        page.runs.go_on()
    else:
        page.runs.pause()


def run_facts(page: DocumentPage) -> set[str]:
    """Return what holds of a document's runs, for the commands."""
    held = {"running": page.runs.going, "paused": page.runs.paused, "failed": page.runs.has_failed}
    return {name for name, holds in held.items() if holds}
