"""The labels of the items of a list: file stems, else their places."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def item_labels(items: Sequence[Any]) -> tuple[str, ...]:
    """Return a label for each item, no two alike.

    Paths are called by their stem; where two stems are the same by their name, then with the folder before it,
    and by their place if that does not tell them apart either.
    """
    if not items or not all(map(_is_path, items)):
        return tuple(map(str, range(len(items))))
    paths = [PurePath(item) for item in items]
    for naming in (_stem, lambda path: path.name, lambda path: "/".join(path.parts[-2:])):
        labels = tuple(map(naming, paths))
        if len(set(labels)) == len(labels) and all(labels):
            return labels
    return tuple(map(str, range(len(items))))


def _stem(path: PurePath) -> str:
    # "sub-01.nii.gz" is subject "sub-01".
    return path.name.split(".")[0] if not path.name.startswith(".") else path.name


def _is_path(item: Any) -> bool:
    if isinstance(item, PurePath):
        return True
    return isinstance(item, str) and "\n" not in item and len(item) < 1024 and (os.sep in item or _has_suffix(item))


def _has_suffix(text: str) -> bool:
    suffix = PurePath(text).suffix
    return 1 < len(suffix) <= 8 and suffix[1:].isalnum() and not suffix[1:].isdigit() and " " not in text
