"""The file format ``*.treadle``: strict reading, stable writing, versions, atomic saving."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import math
import os
import re
import stat
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .collector import collector_paused
from .errors import FileError, UsageError, suggestion
from .file_faults import described, key_text, one_line, short
from .pieces import pipeline_of, plain_data
from .pipeline import Pipeline
from .worker.declare import Schemes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION = 1
MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 200
MAX_DIGITS = 4000
LINE_WIDTH = 110

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""For each older version, the function that turns its data into that of the next one."""

_pipelines = msgspec.json.Decoder(Pipeline)
"""Made here so that its types are known before there are threads: two that work them out at once crash the process."""

_one_at_a_time = threading.Lock()

_END_OF_KEY = re.compile(rb'"\s*:')
_SCHEME_FIELDS = frozenset(field.name for field in dataclasses.fields(Schemes))
_HOLDERS = (dict, list)
_ADVICE = "The file was not changed"


def load(path: Path) -> Pipeline:
    """Read a pipeline file, executing and importing nothing that it names; FileError if it is not valid."""
    shown = one_line(str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe or a device may never end, or never begin.
            raise FileError(f"it is {_kind(status.st_mode)}, not a file", where=shown)
        if status.st_size > MAX_BYTES:
            raise FileError("the file is larger than 256 MB", where=shown)
        data, whole = path.read_bytes(), path.resolve()
    except OSError as error:
        near = _beside(path) if isinstance(error, FileNotFoundError) else ""
        raise FileError(f"cannot be read: {error.strerror or error}", where=shown, remedy=near) from None
    except ValueError:
        raise FileError("no file can have this name", where=shown) from None
    pipeline = decode(data, where=shown)
    pipeline.file = whole
    return pipeline


def _beside(path: Path) -> str:
    """Return which pipeline there is that may be meant by a file that there is not."""
    try:
        return suggestion(path.stem, [one_line(one.stem) for one in path.parent.glob("*.treadle")], ".treadle")
    except OSError:
        return ""


def _kind(mode: int) -> str:
    return "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"


def decode(data: bytes, where: str = "the pipeline") -> Pipeline:
    """Turn the bytes of a file into a pipeline; FileError, in one line with the place, if they are none."""
    try:
        # One at a time: two threads that decode their first pipeline together crash the process.
        with _one_at_a_time, collector_paused():
            return _fast(data) or _careful(data)
    except _Invalid as problem:
        raise FileError(str(problem), where=where, remedy=_ADVICE) from None
    except (RecursionError, MemoryError):
        raise FileError("it is nested too deeply to be a pipeline", where=where, remedy=_ADVICE) from None


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
        _join_lines(tree)
        pipeline = pipeline_of(tree)
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


class _Flaw:
    """Stands in the data for what is wrong with the text there, until its path is known."""

    def __init__(self, text: str) -> None:
        self.text = text


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
    flaws: list[_Flaw] = []

    def flaw(message: str) -> _Flaw:
        flaws.append(_Flaw(message))
        return flaws[-1]

    def pairs(items: list[tuple[str, Any]]) -> Any:
        found = dict(items)
        if len(found) == len(items):
            return found
        seen: set[str] = set()
        twice = next(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return flaw(f"the key {short(twice)} stands twice")

    def constant(name: str) -> Any:
        return flaw(f"{name} is not a number that JSON knows")

    def real(digits: str) -> Any:
        number = float(digits)
        return number if math.isfinite(number) else flaw(f"the number {digits[:40]} is too large")

    def whole(digits: str) -> Any:
        return int(digits) if len(digits) <= MAX_DIGITS else flaw(f"the number {digits[:20]}… is too long")

    reader = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant, parse_float=real, parse_int=whole)
    try:
        tree = reader.decode(text)
    except json.JSONDecodeError as error:
        raise _Invalid(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    if "\\ud" in text.lower():
        _refuse_halves(tree)
    if flaws:
        path, first = next(((p, v) for p, v in _walk(tree) if isinstance(v, _Flaw)), ("$", flaws[0]))
        raise _Invalid(one_line(f"{first.text} - at `{path}`"))
    return tree


def _refuse_halves(tree: Any) -> None:
    """Refuse characters that are half of a pair: an escape can write them, and UTF-8 cannot hold them."""
    for path, value in _walk(tree):
        for text in (value, *value) if isinstance(value, dict) else (value,):
            if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
                raise _Invalid(one_line(f"a text has half a character ({short(text)}) - at `{path}`"))


def _walk(tree: Any) -> Iterator[tuple[str, Any]]:
    waiting = [("$", tree)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend((f"{path}.{key_text(key)}", item) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{path}[{index}]", item) for index, item in enumerate(value))


def _upgrade(tree: dict[str, Any]) -> dict[str, Any]:
    version = tree.pop("treadle", None)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _Invalid('it does not say its version ("treadle": 1) - at `$.treadle`')
    if version > VERSION:
        raise _Invalid(
            f"it was made by a newer Treadle (format {str(version)[:20]}, this one reads up to {VERSION}); "
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
    except (msgspec.ValidationError, ValueError, OverflowError):
        raise _Invalid(described(tree)) from None
    _refuse_unknown_schemes(tree)
    return pipeline


def _refuse_unknown_schemes(tree: dict[str, Any]) -> None:
    """Refuse unknown fields in the one part of a file in which the decoder allows them: a dataclass."""
    for key, module in tree.get("modules", {}).items():
        for field in module.get("schemes", {}):
            if field not in _SCHEME_FIELDS:
                advice = suggestion(field[:200], _SCHEME_FIELDS)
                path = f"$.modules.{key_text(key)}.schemes.{key_text(field)}"
                problem = f"object contains unknown field {short(field)}"
                raise _Invalid(one_line(f"{problem}. {advice} - at `{path}`"))


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


def encode(pipeline: Pipeline) -> bytes:
    """Write a pipeline as the bytes of a file: the same pipeline gives the same bytes.

    UsageError names the parameter that cannot be written.
    """
    from .authoring import savable
    from .faithful import refuse_unfaithful

    try:
        kept = savable(pipeline)
        refuse_unfaithful(kept)
        with collector_paused():
            # As it will be read: a whole number that was set where a fraction may stand is written as one.
            tree = plain_data(pipeline_of(plain_data(kept, _refuse)))
        for module in tree.get("modules", {}).values():
            if "source" in module:
                module["source"] = module["source"].split("\n")
        return (_pretty({"treadle": VERSION, **tree}, 0) + "\n").encode("utf-8")
    except UnicodeEncodeError as error:
        half = error.object[error.start].encode("unicode_escape").decode()
        raise UsageError(f"a text has half a character ({half})", remedy="Remove it") from None
    except msgspec.ValidationError as error:
        raise UsageError(f"it cannot be saved: {one_line(str(error))}", remedy="Set another value") from None
    except ValueError as error:
        raise UsageError(f"a value cannot be written as JSON: {error}", remedy="Set another value") from None
    except RecursionError:
        raise UsageError("a value is nested too deeply, or holds itself", remedy="Set another") from None


def packed(pipeline: Pipeline) -> bytes:
    """Write a pipeline for another process: what ``decode`` reads, on one line, several times faster than a file.

    UsageError names the parameter that cannot be written.
    """
    from .authoring import savable
    from .faithful import refuse_unfaithful

    try:
        kept = savable(pipeline)
        refuse_unfaithful(kept)
        parts = {name: getattr(kept, name) for name in kept.__struct_fields__}
        modules = msgspec.to_builtins(parts["modules"], str_keys=True)
        for module in modules.values():
            if "source" in module:
                module["source"] = module["source"].split("\n")
        return msgspec.json.encode({"treadle": VERSION, **parts, "modules": modules}, enc_hook=_refuse)
    except (ValueError, RecursionError):
        # What is wrong is told by what takes its time.
        return encode(pipeline)


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
    if key not in _SORTED and _may_fit(value):
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if not isinstance(value, _HOLDERS) or len(line) + indent + len(key) <= LINE_WIDTH:
            return line
    inner = " " * (indent + 2)
    if isinstance(value, list):
        rows = [inner + _pretty(item, indent + 2) for item in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    items = sorted(value.items()) if key in _SORTED else value.items()
    rows = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {_pretty(item, indent + 2, key=_section(key, name))}"
        for name, item in items
    ]
    return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}" if rows else "{}"


def _may_fit(value: Any) -> bool:
    """Say whether a value could stand on one line: what has more entries than that has characters cannot."""
    waiting, entries = [value], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, _HOLDERS):
            entries += len(one)
            if entries > LINE_WIDTH:
                return False
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return True


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
        if not stat.S_ISREG(target.stat().st_mode):
            raise OSError(errno.EINVAL, f"it is {_kind(target.stat().st_mode)}, not a file")
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
