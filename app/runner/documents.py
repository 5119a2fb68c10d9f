"""Makes pipelines of what the window sends, and says what code they hold; runs and imports nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...core import document as files
from ...core.protocol import CodePlace
from ...core.trust import TrustStore
from ..foreign_code import foreign_code

if TYPE_CHECKING:
    from ...core.pipeline import Pipeline
    from ...core.protocol import Document


def pipeline_of(document: Document) -> Pipeline:
    """Return the pipeline that a document holds; FileError if it holds none."""
    pipeline = files.decode(document.text.encode(), document.file or "the pipeline")
    pipeline.file = Path(document.file) if document.file else None
    return pipeline


def code_in(pipeline: Pipeline) -> tuple[CodePlace, ...]:
    """Return the nodes and connections that can run code or write where they like, as far as nobody answers for it."""
    return tuple(CodePlace(place=place, what=what) for place, what in foreign_code(pipeline))


def is_trusted(pipeline: Pipeline) -> bool:
    """Say whether this content was made or trusted here."""
    return TrustStore().is_trusted(pipeline)
