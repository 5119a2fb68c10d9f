"""What the nodes of a pipeline are called to a person, by their paths; knows no Qt."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..canvas.naming import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ....core.pipeline import Body, Pipeline

SEPARATOR = " › "
"""Between the title of a group and that of a node in it."""


class Titles:
    """The title of each node of a pipeline as it is now; with its id where several have the same."""

    def __init__(self, pipeline: Pipeline) -> None:
        found = dict(_titles(pipeline, pipeline, "", ""))
        often = Counter(found.values())
        self._titles: Mapping[str, str] = {
            path: title if often[title] == 1 else f"{title} ({path.rpartition('/')[2]})"
            for path, title in found.items()
        }

    def __call__(self, path: str) -> str:
        """Return the title of a node; its path if the pipeline has none such."""
        return self._titles.get(path, path)


def _titles(pipeline: Pipeline, body: Body, path: str, title: str) -> Iterator[tuple[str, str]]:
    for node_id, node in body.nodes.items():
        own = title + title_of(node_id, node, pipeline.modules.get(node.module))
        yield path + node_id, own
        if node.group is not None:
            yield from _titles(pipeline, node.group, f"{path}{node_id}/", own + SEPARATOR)
