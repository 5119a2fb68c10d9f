"""Makes the folder of a run, and removes the folders of runs whose process was killed."""

from __future__ import annotations

from ..core.owned_folder import OwnedFolder

PREFIX = "treadle-run-"


class RunFolder(OwnedFolder):
    """A new folder among the temporary files that goes with its run."""

    def __init__(self) -> None:
        super().__init__(PREFIX)
