"""`treadle examples`: lists the examples with their files, or says the file of one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ...core.errors import UsageError, suggestion
from ..examples import all_examples
from .text import columns_with_paths, line_width, one_line

if TYPE_CHECKING:
    from argparse import Namespace


def examples_command(options: Namespace) -> int:
    """Print a line for each example, or the file of the one that is named."""
    found = {example.name: example for example in all_examples()}
    if options.name:
        if options.name not in found:
            raise UsageError(f"there is no example {options.name!r}", remedy=suggestion(options.name, found))
        lines = [str(found[options.name].file)]
    else:
        rows = [tuple(map(one_line, (one.name, one.title, str(one.file)))) for one in found.values()]
        lines = columns_with_paths(rows, 2, width=line_width())
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0
