"""Opens the file that a command is about."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import FileError
from ...core.pipeline import Pipeline


def opened(file: str) -> Pipeline:
    """Return the pipeline in a file; FileError if there is none, which tells of an example of that name."""
    try:
        return Pipeline.load(file)
    except FileError as error:
        name = file.removesuffix(".treadle")
        if Path(file).exists() or not _is_example(name):
            raise
        remedy = f'For the example of this name write "$(treadle examples {name})"'
        raise FileError(error.message, where=error.where, remedy=remedy) from None


def _is_example(name: str) -> bool:
    from ..examples import all_examples

    return any(example.name == name for example in all_examples())
