"""Says in one line, with the exact place, why the data of a file is no pipeline."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import msgspec

from .errors import suggestion
from .modules import Module, Port
from .pipeline import (
    Comment,
    Connection,
    Each,
    EndpointText,
    Fold,
    Frame,
    Group,
    Join,
    Node,
    NodeId,
    Pipeline,
    Placement,
    Repeat,
    Sweep,
    Zip,
)
from .worker.declare import Schemes

_ENTRIES: dict[str, Any] = {
    "nodes": Node,
    "connections": Connection,
    "modules": Module,
    "frames": Frame,
    "comments": Comment,
    "sweeps": Sweep,
    "inputs": tuple[EndpointText, ...],
    "outputs": EndpointText,
    "feedback": str,
    "overrides": bool,
}
"""What each mapping of the format holds, by the field it stands in."""

_STRUCTS: dict[str, Any] = {
    "group": Group,
    "inputs": Port,
    "outputs": Port,
    "zips": Zip,
    "fold": Fold,
    "repeat": Repeat,
    "placement": Placement,
    "each": Each,
    "join": Join,
    "schemes": Schemes,
}
"""What each further field holds."""

_KEYS: dict[str, Any] = {"connections": EndpointText, "": NodeId}
_PLACE = re.compile(r"(?s)(.*) - at (`key` in )?`(\$[^`]*)`")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"(?s)Object contains unknown field `(.*)`")
_PATTERNS = {
    r"[A-Za-z0-9_-]*\\Z": "it is no node's id: letters, digits, - and _",
    r"\\.(?s:.+)": "it is not written node.port",
    r"]\\w*(": "it is no import path such as package.module:function",
}


def described(tree: Any) -> str:
    """Return why ``tree`` cannot be converted to a pipeline, and where, in one printable line.

    The decoder writes ``[...]`` for the key of a mapping, so each mapping on the way is searched for the
    first entry that alone is refused.
    """
    value, kind, path = tree, Pipeline, "$"
    while True:
        problem, in_key, inner = _refusal(value, kind)
        head, unnamed, _ = inner.partition("[...]")
        holder = _follow(value, head)
        if not unnamed or not isinstance(holder, dict):
            return _sentence(problem, in_key, path + inner[1:], holder, inner, kind)
        field = _last_field(head)
        found = _first_refused(holder, _ENTRIES.get(field, Any))
        if found is None:
            return _sentence(problem, in_key, path + inner[1:], holder, inner, kind)
        path, value, kind = f"{path}{head[1:]}.{key_text(found)}", holder[found], _ENTRIES[field]


def _refusal(value: Any, kind: Any) -> tuple[str, bool, str]:
    try:
        msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        message = str(error)
        if match := _PLACE.fullmatch(message):
            return match[1], bool(match[2]), match[3]
        return message, False, "$"
    return "it cannot be read", False, "$"


def _first_refused(holder: dict[str, Any], kind: Any) -> str | None:
    for key, item in holder.items():
        try:
            msgspec.convert(item, kind, strict=True)
        except (msgspec.ValidationError, ValueError, OverflowError):
            return key
    return None


def _follow(value: Any, path: str) -> Any:
    for name, index in _STEP.findall(path):
        if name and isinstance(value, dict):
            value = value.get(name)
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    return value


def _last_field(path: str) -> str:
    names = [name for name, _ in _STEP.findall(path) if name]
    return names[-1] if names else ""


def _sentence(problem: str, in_key: bool, path: str, holder: Any, inner: str, kind: Any) -> str:  # noqa: FBT001
    field = _last_field(inner)
    advice = ""
    if in_key and isinstance(holder, dict):
        wrong = _first_wrong_key(holder, _KEYS.get(field, _KEYS[""]))
        path = f"{path}.{key_text(wrong)}"
    elif unknown := _UNKNOWN.fullmatch(problem):
        problem = f"object contains unknown field {short(unknown[1])}"
        struct = _STRUCTS.get(field) if inner != "$" else kind
        advice = f". {suggestion(unknown[1][:200], _fields(struct))}" if struct else ""
        path = f"{path}.{key_text(unknown[1])}"
    return one_line(f"{_in_words(problem)}{advice} - at `{path}`")


def _first_wrong_key(holder: dict[str, Any], kind: Any) -> str:
    keys = dict.fromkeys(holder)
    return next((key for key in keys if _refusal(key, Annotated[kind, None])[0] != "it cannot be read"), "")


def _fields(struct: Any) -> list[str]:
    if struct is Schemes:
        return ["ipython", "overrides", "processes", "threads"]
    names = getattr(struct, "__struct_encode_fields__", ())
    return sorted((*names, "treadle") if struct is Pipeline else names)


def _in_words(problem: str) -> str:
    if "matching regex" in problem:
        return next((words for part, words in _PATTERNS.items() if part in problem), problem)
    return f"{problem[:1].lower()}{problem[1:300]}"


def key_text(key: str) -> str:
    """Return a key as it stands in a path: quoted unless it is a plain name, and never long."""
    return key if key.isidentifier() and len(key) <= 60 else short(key)


def short(text: str) -> str:
    """Return text in quotes, cut if it is long."""
    return json.dumps(text if len(text) <= 60 else text[:57] + "…")


def one_line(text: str) -> str:
    """Return text in one printable line; of a very long one, the beginning and the end."""
    cleaned = "".join(c if c.isprintable() else "?" for c in text)
    return cleaned if len(cleaned) <= 700 else f"{cleaned[:300]} … {cleaned[-390:]}"
