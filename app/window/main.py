"""Opens the window: the first launch makes it, later ones hand their files to it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from ...core.places import user_state

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .one_window import FirstWindow


def open_window(paths: Sequence[Path]) -> NoReturn:
    """Show a window with these files until it is closed; that ends the process."""
    code = _shown(paths)
    sys.stdout.flush()
    sys.stderr.flush()
    # All is written. At the end of Python PyQt looks through its objects while they take each other apart, and crashes
    # now and then over one that is gone.
    os._exit(code)


def _shown(paths: Sequence[Path]) -> int:
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
