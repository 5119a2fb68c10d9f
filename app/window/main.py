"""Opens the window: the first launch makes it, later ones hand their files to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.places import user_state

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .one_window import FirstWindow


def open_window(paths: Sequence[Path]) -> int:
    """Show a window with these files until it is closed; return the exit code of the process."""
    from .application import Program, make_application
    from .faults import close_log, open_log
    from .one_window import FirstWindow
    from .settings import Settings
    from .waking import Signals

    application = make_application()
    place = FirstWindow()
    if not _is_first(place) and place.hand_over(list(paths)):
        return 0
    open_log(user_state() / "log")
    signals = Signals()
    program = Program(application, Settings(), user_state())
    place.asked.connect(program.open)
    signals.heard.connect(program.ended_by_signal)
    try:
        program.start(paths)
        return application.exec()
    finally:
        program.end()
        place.leave()
        signals.close()
        close_log()


def _is_first(place: FirstWindow) -> bool:
    try:
        return place.take_place()
    except OSError:
        # Without a place to meet, each window is on its own.
        return False
