"""The file format ``*.treadle``: strict reading, stable writing, versions, atomic saving."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import math
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .errors import FileError, UsageError, suggestion
from .pipeline import Pipeline
from .worker.declare import Schemes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION = 1
MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 200
LINE_WIDTH = 110

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""For each older version, the function that turns its data into that of the next one."""

_END_OF_KEY = re.compile(rb'"\s*:')
_SCHEME_FIELDS = frozenset(field.name for field in dataclasses.fields(Schemes))
_HOLDERS = (dict, list)
_ADVICE = "The file was not changed"


def load(path: Path) -> Pipeline:
    """Read a pipeline file, executing and importing nothing that it names; FileError if it is not valid."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileError("the file is larger than 256 MB", where=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror or error}", where=str(path)) from None
    pipeline = decode(data, where=str(path))
    pipeline.file = path.resolve()
    return pipeline


def decode(data: bytes, where: str = "the pipeline") -> Pipeline:
    """Turn the bytes of a file into a pipeline; FileError, in one line with the place, if they are none."""
    try:
        with _collector_paused():
            return _fast(data) or _careful(data)
    except _Invalid as problem:
        raise FileError(str(problem), where=where, remedy=_ADVICE) from None
    except (RecursionError, MemoryError):
        raise FileError("it is nested too deeply to be a pipeline", where=where, remedy=_ADVICE) from None


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from searching the thousands of new objects for garbage again and again: there is none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _fast(data: bytes) -> Pipeline | None:
    """Read a faultless file of this version quickly; None for any other, which needs a careful look.

    The decoder accepts a key that stands twice. There is none if the keys that it gives are as many as the
    places in the text that can be the end of a key.
    """
    try:
        tree = msgspec.json.decode(data)
        version = tree.pop("treadle", None) if isinstance(tree, dict) else None
        if type(version) is not int or version != VERSION:
            return None
        if _count_keys(tree) + 1 != len(_END_OF_KEY.findall(data)):
            return None
        pipeline = msgspec.convert(tree, Pipeline, strict=True)
        _refuse_unknown_schemes(tree)
        return pipeline
    except (msgspec.MsgspecError, _Invalid, ValueError, OverflowError):
        return None


def _careful(data: bytes) -> Pipeline:
    tree = _parse(data)
    if not isinstance(tree, dict):
        raise _Invalid("a pipeline is a JSON object, and this is not one")
    return _convert(_upgrade(tree))


class _Invalid(Exception):  # noqa: N818  it never leaves this file
    """Why the bytes are no pipeline, in one line."""


class _Repeated:
    """Stands where an object says the same key twice, until its path is known."""

    def __init__(self, key: str) -> None:
        self.key = key


def _parse(data: bytes) -> Any:
    if data.startswith(b"\xef\xbb\xbf"):
        raise _Invalid("it begins with a byte order mark; save it as UTF-8 without one")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        encoding = "it is UTF-16" if wide else f"byte {error.start} is not UTF-8"
        raise _Invalid(f"{encoding}; save it as UTF-8") from None
    return _parse_text(text)


def _parse_text(text: str) -> Any:
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> Any:
        found = dict(items)
        if len(found) == len(items):
            return found
        seen: set[str] = set()
        twice = next(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        repeated.append(twice)
        return _Repeated(twice)

    def constant(name: str) -> Any:
        raise _Invalid(f"{name} is not a number that JSON knows")

    try:
        tree = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise _Invalid(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError as error:
        raise _Invalid(_one_line(str(error))) from None
    if repeated:
        path = next((p for p, value in _walk(tree) if isinstance(value, _Repeated)), "$")
        raise _Invalid(f"the key {_short(repeated[0])} stands twice - at `{path}`")
    return tree


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Invalid(f"the number {text[:40]} is too large")
    return number


def _walk(tree: Any) -> Iterator[tuple[str, Any]]:
    waiting = [("$", tree)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend((f"{path}.{_key(key)}", item) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{path}[{index}]", item) for index, item in enumerate(value))


def _upgrade(tree: dict[str, Any]) -> dict[str, Any]:
    version = tree.pop("treadle", None)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _Invalid('it does not say its version ("treadle": 1) - at `$.treadle`')
    if version > VERSION:
        raise _Invalid(
            f"it was made by a newer Treadle (format {version}, this one reads up to {VERSION}); "
            "update Treadle - at `$.treadle`"
        )
    while version < VERSION:
        tree = UPGRADES[version](tree)
        version += 1
    return tree


def _join_lines(tree: dict[str, Any]) -> None:
    """Python source stands in the file as a list of lines, so that a diff shows which one changed."""
    modules = tree.get("modules")
    for module in modules.values() if isinstance(modules, dict) else ():
        lines = module.get("source") if isinstance(module, dict) else None
        if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
            module["source"] = "\n".join(lines)


def _convert(tree: dict[str, Any]) -> Pipeline:
    _count_keys(tree)
    _join_lines(tree)
    try:
        pipeline = msgspec.convert(tree, Pipeline, strict=True)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise _Invalid(_described(str(error), tree)) from None
    _refuse_unknown_schemes(tree)
    return pipeline


def _refuse_unknown_schemes(tree: dict[str, Any]) -> None:
    """Look for unknown fields in the one part of a file that is a dataclass, where the decoder allows them."""
    for key, module in tree.get("modules", {}).items():
        for field in module.get("schemes", {}):
            if field not in _SCHEME_FIELDS:
                advice = suggestion(field, _SCHEME_FIELDS)
                path = f"$.modules.{_key(key)}.schemes"
                raise _Invalid(f"object contains unknown field {_short(field)}. {advice} - at `{path}`")


def _count_keys(tree: Any) -> int:
    """Return the number of keys in all objects; _Invalid if they are nested too deeply."""
    level, depth, keys = [tree], 0, 0
    while level:
        if depth > MAX_DEPTH:
            raise _Invalid(f"it is nested deeper than {MAX_DEPTH} levels")
        depth += 1
        keys += sum(len(value) for value in level if isinstance(value, dict))
        level = [
            item
            for value in level
            for item in (value.values() if isinstance(value, dict) else value)
            if isinstance(item, _HOLDERS)
        ]
    return keys


def _described(message: str, tree: dict[str, Any]) -> str:
    """Make the decoder's message exact: it writes ``[...]`` for a key of a mapping, and suggests nothing."""
    problem, _, path = message.partition(" - at ")
    path = path.strip("`") or "$"
    if "[...]" in path:
        path = _exact_path(path, tree)
    known = _known_fields(problem)
    advice = f". {suggestion(known[0], known[1])}" if known else ""
    return _one_line(f"{problem[0].lower()}{problem[1:]}{advice} - at `{path}`")


def _exact_path(path: str, tree: dict[str, Any]) -> str:
    """Try the entries of the mapping one by one and name the first that alone is refused there."""
    head, _, tail = path.partition("[...]")
    holder: Any = tree
    steps = head.removeprefix("$").removeprefix(".").split(".")
    for step in filter(None, steps):
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or len(steps) != 1:
        return path
    for key, value in holder.items():
        try:
            msgspec.convert({steps[0]: {key: value}}, Pipeline, strict=True)
        except (msgspec.ValidationError, ValueError, OverflowError):
            return f"{head}.{_key(key)}{tail}"
    return path


def _known_fields(problem: str) -> tuple[str, list[str]] | None:
    if "unknown field" not in problem:
        return None
    from . import modules, pipeline

    structs = [
        value
        for home in (pipeline, modules)
        for value in vars(home).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value is not msgspec.Struct
    ]
    fields = {name for struct in structs for name in struct.__struct_encode_fields__}
    return problem.split("`")[1], sorted(fields)


def _key(key: str) -> str:
    return key if key.isidentifier() else _short(key)


def _short(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else text[:57] + "…")


def _one_line(text: str) -> str:
    cleaned = "".join(c if c.isprintable() else "?" for c in text)
    return cleaned if len(cleaned) <= 400 else cleaned[:397] + "…"


def encode(pipeline: Pipeline) -> bytes:
    """Write a pipeline as the bytes of a file: the same pipeline gives the same bytes.

    UsageError names the parameter that cannot be written.
    """
    from .authoring import savable

    tree = msgspec.to_builtins(savable(pipeline), str_keys=True, enc_hook=_refuse)
    for module in tree.get("modules", {}).values():
        if "source" in module:
            module["source"] = module["source"].split("\n")
    return (_pretty({"treadle": VERSION, **tree}, 0) + "\n").encode("utf-8")


def _refuse(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise UsageError(
        f"a {type(value).__name__} cannot be written to a pipeline file",
        remedy="Make it in a node, or read it from a file",
    )


_SORTED = frozenset({"nodes", "connections", "modules", "frames", "comments"})


def _pretty(value: Any, indent: int, *, key: str = "") -> str:
    """JSON with each value on one line where it fits: short to read, and quiet in a diff."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    fits = not isinstance(value, _HOLDERS) or len(line) + indent + len(key) <= LINE_WIDTH
    if key not in _SORTED and fits:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, list):
        rows = [inner + _pretty(item, indent + 2) for item in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    if not isinstance(value, dict):
        return line
    items = sorted(value.items()) if key in _SORTED else value.items()
    rows = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {_pretty(item, indent + 2, key=_section(key, name))}"
        for name, item in items
    ]
    return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}" if rows else "{}"


def _section(holder: str, key: str) -> str:
    # Only the sections of a body are sorted: a node, or a key in some parameters, may be called "nodes" too.
    return key if holder in {"", "group"} else ""


def save(pipeline: Pipeline, path: Path) -> Path:
    """Write a pipeline to ``path``: afterwards the file is the old one or the new one, never a mixture.

    UsageError if it cannot be written as JSON or the disk refuses it; the old file is then untouched.
    """
    data = encode(pipeline)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(path)) from None
    pipeline.file = path.resolve()
    return path


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file beside ``path``, sync it and rename it into place."""
    target = path.resolve()
    if target.exists():
        mode = target.stat().st_mode & 0o777
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
