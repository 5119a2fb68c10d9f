"""Reads a window as a screen reader does, over AT-SPI; run by the system's Python, which has its bindings.

``screen_reader.py SECONDS WORD`` waits until WORD is in the name of anything, and then prints all there is as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 - its version has to be chosen before

DEEPEST = 40
MOST_CHILDREN = 400


def read(one, trail: list[str], found: list[dict]) -> None:
    """Add what a screen reader knows of one thing and all in it."""
    name, role = one.get_name() or "", one.get_role_name()
    states = one.get_state_set()
    holds = [word for word, state in STATES.items() if states.contains(state)]
    found.append({"name": name, "role": role, "states": holds, "in": trail[-6:]})
    if len(trail) < DEEPEST:
        for number in range(min(one.get_child_count(), MOST_CHILDREN)):
            child = one.get_child_at_index(number)
            if child is not None:
                read(child, [*trail, name or role], found)


STATES = {
    "focusable": Atspi.StateType.FOCUSABLE,
    "showing": Atspi.StateType.SHOWING,
    "enabled": Atspi.StateType.ENABLED,
    "selected": Atspi.StateType.SELECTED,
}


def main() -> int:
    end, word = time.monotonic() + float(sys.argv[1]), sys.argv[2]
    while time.monotonic() < end:
        found: list[dict] = []
        try:
            desktop = Atspi.get_desktop(0)
            for number in range(desktop.get_child_count()):
                read(desktop.get_child_at_index(number), [], found)
        except GLib.Error:
            found = []
        if any(word in one["name"] for one in found):
            sys.stdout.write(json.dumps(found))
            return 0
        time.sleep(0.1)
    names = [(one["role"], one["name"]) for one in found if "showing" in one["states"]]
    sys.stderr.write(repr(names))
    return 1


if __name__ == "__main__":
    sys.exit(main())
