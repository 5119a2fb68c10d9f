"""Says which code a pipeline holds that nobody on this machine answers for; runs and imports nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.trust import code_nodes

if TYPE_CHECKING:
    from ..core.pipeline import Pipeline


def foreign_code(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Return (place, what it would do) for each node and connection that can run code or write where it likes.

    What an installed plug-in defines is left out.
    """
    if not code_nodes(pipeline):
        return []
    # Only now is it worth to look for what is installed.
    from ..core.registry.registry import Registry

    return code_nodes(pipeline, Registry().packages)
