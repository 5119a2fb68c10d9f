"""The examples: those that come with Treadle, and those of plug-ins, which are found without importing anything."""

from __future__ import annotations

import functools
import sys
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..core.registry.points import entry_points_by_name, origin_of, package_of
from ..core.registry.registered import find_top_level

GROUP = "treadle.examples"
EXAMPLES_SHIPPED: dict[str, str] = {
    "first_run": "First run",
    "fmri_quality_control": "fMRI quality control",
    "image_folder": "Image folder",
    "model_grid": "Model grid",
    "radio_sources": "Radio sources",
    "certified_statistics": "Certified statistics",
}
"""By the name of the file: the title, the simplest first."""


class Example(NamedTuple):
    """A pipeline to begin with: ``origin`` is the distribution of the plug-in that it is of."""

    name: str
    title: str
    file: Path
    origin: str = ""


class BrokenExamples(NamedTuple):
    """What a plug-in offers as examples and is none, with the reason."""

    name: str
    origin: str
    why: str


class _Titled(msgspec.Struct):
    title: str = ""


def examples_folder() -> Path:
    """Return the folder of the examples that come with Treadle."""
    package = __name__.split(".", maxsplit=1)[0]
    return Path(str(resources.files(package) / "resources" / "examples"))


def all_examples() -> list[Example]:
    """Return all, those that come with Treadle first."""
    return [*shipped_examples(), *plugged_examples()[0]]


def shipped_examples() -> list[Example]:
    """Return those that come with Treadle."""
    return [Example(name, title, _shipped_file(name)) for name, title in EXAMPLES_SHIPPED.items()]


def example_file(name: str) -> Path:
    """Return the file of an example; KeyError if there is none of this name."""
    if name in EXAMPLES_SHIPPED:
        return _shipped_file(name)
    return {example.name: example.file for example in plugged_examples()[0]}[name]


def _shipped_file(name: str) -> Path:
    return examples_folder() / f"{name}.treadle"


def is_example(path: Path) -> bool:
    """Say whether a file is one of the examples: it is opened as a new pipeline, and never written over."""
    found = path.resolve()
    if found.parent in {examples_folder().resolve(), *(_homes())} and found.stem in EXAMPLES_SHIPPED:
        return True
    # Of a plug-in that is being written, its author opens the file itself.
    installed = {Path(entry).resolve() for entry in sys.path if entry}
    return not installed.isdisjoint(found.parents) and found in {one.file.resolve() for one in plugged_examples()[0]}


def _homes() -> set[Path]:
    # An editable install links to the files; both names lead to an example.
    return {_shipped_file(name).resolve().parent for name in EXAMPLES_SHIPPED}


def plugged_examples() -> tuple[tuple[Example, ...], tuple[BrokenExamples, ...]]:
    """Return the examples of plug-ins, and what of them is broken. They are looked for once."""
    return _found(tuple(sys.path))


@functools.lru_cache(maxsize=8)
def _found(search_path: tuple[str, ...]) -> tuple[tuple[Example, ...], tuple[BrokenExamples, ...]]:
    examples: dict[str, Example] = {}
    broken: list[BrokenExamples] = []
    for point, distribution in entry_points_by_name(GROUP, search_path):
        origin = origin_of(distribution)
        files = sorted(file for folder in _folders(point.value) for file in folder.glob("*.treadle"))
        if not files:
            why = f"there is no folder {point.value.replace('.', '/')} with pipelines (*.treadle) in it"
            broken.append(BrokenExamples(point.name, origin, why))
        for file in files:
            name = f"{point.name}/{file.stem}"
            try:
                title = msgspec.json.decode(file.read_bytes(), type=_Titled).title
                examples.setdefault(name, Example(name, title or file.stem, file, origin))
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                broken.append(BrokenExamples(name, origin, f"it cannot be read: {error}"))
    return tuple(examples.values()), tuple(broken)


def _folders(value: str) -> list[Path]:
    """Return where the package is that an entry point names; nothing of it is imported."""
    spec = find_top_level(package_of(value))
    inner = value.partition(":")[0].strip().split(".")[1:]
    return [Path(folder).joinpath(*inner) for folder in (spec.submodule_search_locations if spec else None) or ()]
