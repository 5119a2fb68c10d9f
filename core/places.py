"""The folders that Treadle keeps for a user."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def user_modules() -> Path:
    """Return the folder of the user's own modules; Python files in it can be placed like installed ones."""
    import platformdirs

    return platformdirs.user_data_path("treadle") / "modules"


def user_state() -> Path:
    """Return the folder of what Treadle remembers from one run to the next."""
    import platformdirs

    return platformdirs.user_state_path("treadle")


def runs_folder() -> Path:
    """Return the folder of the journals of runs."""
    return user_state() / "runs"


def extend_search_path() -> None:
    """Let this process import the user's own modules, after all that is installed."""
    folder = user_modules()
    if folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))
