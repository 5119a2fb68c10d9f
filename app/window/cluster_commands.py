"""Says what the commands of clusters do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .window import Window


def bind_cluster_commands(window: Window) -> None:
    """Bind the commands of clusters to the dialogs of the toolbox."""
    dialogs = window.rooms.parallel.dialogs

    def on_card(act: Callable[[], object]) -> Callable[[], object]:
        """What has no dialog of its own is shown on the card."""

        def do() -> None:
            window.docks.put_away(away=False)
            window.docks.show("parallel")
            act()

        return do

    bound: dict[str, Callable[[], object]] = {
        "start": dialogs.start_engines,
        "information": dialogs.information,
        "run-on": dialogs.run_on_engines,
        "restart": on_card(dialogs.restart_engines),
        "environment": dialogs.environment,
        "logs": dialogs.logs,
        "change-profile": dialogs.change_profile,
        "new-profile": dialogs.new_profile,
        "clean-up": dialogs.clean_up,
        "shut-down": dialogs.shut_down,
    }
    for name, act in bound.items():
        window.commands.bind(f"cluster.{name}", lambda act=act: dialogs.when_ready(act))  # type: ignore[misc]
    dialogs.cancel = lambda tasks: _cancel(window, tasks)


def _cancel(window: Window, tasks: Mapping[int, str]) -> None:
    """Cancel tasks where they are executed, in whichever document's run that is."""
    for page in window.pages.values():
        known = page.runs.record.tasks if page.runs.record is not None else {}
        found = [
            task
            for number, task in tasks.items()
            if (row := known.get(task)) is not None and (row.scheme, row.worker) == ("ipython", f"engine {number}")
        ]
        if found:
            page.runs.cancel(tasks=found)
