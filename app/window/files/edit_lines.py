"""Edits as lines of JSON and back, and a file of them: what was done to a pipeline since it was last saved."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ....core.document import decode, encode, write_atomically
from ....core.edits import Change, Edit, SetText, Steps, apply
from ....core.errors import FileError, TreadleError, UsageError
from ....core.modules import Module
from ....core.pipeline import Comment, Connection, Frame, Node, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VERSION = 1
MOST_BYTES = 256 * 2**20
_KINDS: dict[str, Any] = {
    "nodes": Node,
    "connections": Connection,
    "frames": Frame,
    "comments": Comment,
    "modules": Module,
    "inputs": tuple[str, ...],
    "outputs": str,
}


class Noted(NamedTuple):
    """A pipeline as it was when it was noted last: its file, if it had one, that file's version, and how many edits."""

    pipeline: Pipeline
    title: str
    file: Path | None
    version: tuple[int, int, int] | None
    edits: int
    seconds: float


def write_base(path: Path, pipeline: Pipeline, title: str, version: Sequence[int] | None) -> None:
    """Begin a file of edits with the pipeline that they are edits of; UsageError or OSError if that cannot be."""
    head = {
        "treadle-edits": VERSION,
        "title": title,
        "file": str(pipeline.file or ""),
        "version": list(version) if version else None,
        "base": encode(pipeline).decode(),
    }
    write_atomically(path, json.dumps(head).encode() + b"\n", mode=0o600)


def append_edits(path: Path, edits: Iterable[Edit]) -> None:
    """Add edits to their file; UsageError if one holds what cannot be written, OSError if the disk refuses it."""
    lines = b"".join(line_of(edit) for edit in edits)
    with path.open("ab") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def read_edits(path: Path) -> Noted:
    """Return the pipeline with all edits that were written in full; FileError if there is none to be had."""
    try:
        status = path.stat()
        if status.st_size > MOST_BYTES:
            raise FileError("it is too large", where=str(path))
        head, *lines = path.read_bytes().split(b"\n")
        facts = _facts(json.loads(head))
        pipeline = decode(facts["base"].encode(), where=str(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"what was noted cannot be read: {error}", where=str(path)) from None
    done = 0
    # The last line is cut where the program was killed while it wrote; after an edit that does not fit, none can.
    for line in lines[:-1]:
        try:
            apply(pipeline, edit_of(line))
        except TreadleError:
            break
        done += 1
    file = Path(facts["file"]) if facts["file"] else None
    pipeline.file = file
    return Noted(pipeline, facts["title"], file, facts["version"], done, status.st_mtime)


def _facts(head: Any) -> dict[str, Any]:
    if head.get("treadle-edits") != VERSION:
        raise ValueError("it is of another version")
    version = head["version"]
    return {
        **{name: str(head[name]) for name in ("title", "file", "base")},
        "version": (int(version[0]), int(version[1]), int(version[2])) if version else None,
    }


def line_of(edit: Edit) -> bytes:
    """Return an edit as a line; UsageError if it holds what no file can."""
    try:
        return msgspec.json.encode(_data(edit), enc_hook=_refuse) + b"\n"
    except (TypeError, ValueError) as error:
        raise UsageError(f"an edit cannot be noted: {error}") from None


def _refuse(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise UsageError(f"a {type(value).__name__} cannot be noted")


def _data(edit: Edit) -> dict[str, Any]:
    match edit:
        case Change(section, entries, where, order):
            return {"section": section, "entries": dict(entries), "where": where, "order": order}
        case SetText(what, text):
            return {"what": what, "text": text}
        case Steps(edits, label):
            return {"steps": [_data(step) for step in edits], "label": label}


def edit_of(line: bytes) -> Edit:
    """Return the edit of a line; UsageError if it holds none."""
    try:
        return _edit(msgspec.json.decode(line))
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"the line holds no edit: {error}") from None


def _edit(data: Any) -> Edit:
    if "steps" in data:
        return Steps(tuple(_edit(step) for step in data["steps"]), str(data["label"]))
    if "what" in data:
        return msgspec.convert(data, SetText)
    kind = _KINDS[data["section"]]
    entries = {
        key: None if entry is None else msgspec.convert(entry, kind, strict=True)
        for key, entry in data["entries"].items()
    }
    return Change(data["section"], entries, tuple(data["where"]), tuple(data["order"]))
