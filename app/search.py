"""Where the modules of a pipeline are looked for, and from where its relative paths count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..core.places import user_modules
from ..core.trust import code_nodes

if TYPE_CHECKING:
    from ..core.pipeline import Pipeline


def search_path(pipeline: Pipeline) -> list[Path]:
    """Return where else than Python does to look for modules: beside the file, in the user's folder.

    Beside the file only if it names code of its own, for which it must be trusted: a file from elsewhere shall not
    bring a stand-in for a package that the library looks for in vain.
    """
    beside = [pipeline.file.parent] if pipeline.file and code_nodes(pipeline) else []
    return [*beside, *(folder for folder in (user_modules(),) if folder.is_dir())]


def folder_of(pipeline: Pipeline) -> Path:
    """Return the folder from which the relative paths of a pipeline count."""
    return pipeline.file.parent if pipeline.file else Path.cwd()
