"""Keeps the faults of a listener from the run that it hears of."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.run.records import Listener, RunEvent


def until_it_fails(listener: Listener) -> Listener:
    """Return what passes events on to ``listener`` until that raises.

    The log of this module tells of it, which Python shows on standard error unless a program sets up logging
    otherwise, and the run goes on without it. What is no Exception, as SystemExit, goes through and ends the run.
    """
    failed = False

    def hear(event: RunEvent) -> None:
        nonlocal failed
        if failed:
            return
        try:
            listener(event)
        except Exception:
            failed = True
            logging.getLogger(__name__).exception("the listener has failed; the run goes on, and it hears no more")

    return hear
