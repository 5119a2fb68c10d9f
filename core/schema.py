"""The JSON Schema of the file format, made from the document model so that it moves with the code."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import msgspec

from .document import VERSION
from .pipeline import Pipeline

FILE = Path(__file__).parent.parent / "resources" / "schema" / f"treadle-{VERSION}.json"
"""Where the schema of this version is kept for editors and other programs."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a pipeline file of this version."""
    _, definitions = msgspec.json.schema_components([Pipeline], ref_template="#/$defs/{name}")
    definitions = _portable(definitions)
    document = definitions.pop("Pipeline")
    lines = {"type": "array", "items": {"type": "string"}}
    source = definitions["Module"]["properties"]["source"]
    definitions["Module"]["properties"]["source"] = {"anyOf": [lines, source]}
    version = {"const": VERSION, "description": "The version of the format."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A Treadle pipeline (*.treadle), version {VERSION}",
        **{key: value for key, value in document.items() if key != "title"},
        "properties": {"treadle": version, **document["properties"]},
        "required": ["treadle", *document["required"]],
        "$defs": definitions,
    }


def _portable(value: Any, key: str = "") -> Any:
    """Rewrite what only Python's regular expressions know, and take the indentation out of descriptions."""
    if isinstance(value, dict):
        return {name: _portable(item, name) for name, item in value.items()}
    if key == "pattern" and isinstance(value, str):
        return value.replace("\\Z", "$").replace("(?s:.+)", "[\\s\\S]+")
    return inspect.cleandoc(value) if key == "description" and isinstance(value, str) else value


def schema_text() -> str:
    """Return the schema as the text that is kept in ``FILE``."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
