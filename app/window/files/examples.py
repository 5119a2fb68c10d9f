"""The examples that come with Treadle."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

EXAMPLES_SHIPPED: dict[str, str] = {
    "first_run": "First run",
    "fmri_quality_control": "fMRI quality control",
    "image_folder": "Image folder",
    "model_grid": "Model grid",
    "radio_sources": "Radio sources",
    "certified_statistics": "Certified statistics",
}
"""By the name of the file: the title, the simplest first."""


def examples_folder() -> Path:
    """Return the folder of the examples."""
    package = __name__.split(".", maxsplit=1)[0]
    return Path(str(resources.files(package) / "resources" / "examples"))


def example_file(name: str) -> Path:
    """Return the file of an example."""
    return examples_folder() / f"{name}.treadle"


def is_example(path: Path) -> bool:
    """Say whether a file is one of the examples: it is opened as a new pipeline, and never written over."""
    return path.resolve().parent in {examples_folder().resolve(), *(_homes())} and path.stem in EXAMPLES_SHIPPED


def _homes() -> set[Path]:
    # An editable install links to the files; both names lead to an example.
    return {example_file(name).resolve().parent for name in EXAMPLES_SHIPPED}
