"""`treadle cluster profiles`: lists, makes, copies and chooses IPython profiles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ...schemes.ipython.profiles import choose, chosen, create, duplicate, profiles
from .cluster_choice import print_json
from .text import columns, line_width, one_line

if TYPE_CHECKING:
    from argparse import Namespace


def profiles_command(options: Namespace) -> int:
    """Do what was asked with profiles; alone it lists them."""
    match options.deed:
        case "create":
            sys.stdout.write(f"Made {one_line(str(create(options.name)))}\n")
        case "copy":
            sys.stdout.write(f"Made {one_line(str(duplicate(options.source, options.name)))}\n")
        case "use":
            choose(options.name)
            sys.stdout.write(f"The profile {options.name} is used from now on where none is named\n")
        case _:
            _list(options)
    return 0


def _list(options: Namespace) -> None:
    found, used = profiles(), chosen()
    if options.json:
        print_json(
            [
                {"name": one.name, "folder": str(one.folder), "configured": one.configured, "chosen": one.name == used}
                for one in found
            ]
        )
        return
    rows = [
        (
            one_line(one.name),
            "chosen" if one.name == used else "",
            "has settings for clusters" if one.configured else "",
            one_line(str(one.folder)),
        )
        for one in found
    ]
    for line in columns(rows, width=line_width(), shrink=3):
        sys.stdout.write(f"{line.rstrip()}\n")
    if not found:
        sys.stdout.write("There are no IPython profiles yet; the default one is made when it is needed\n")
