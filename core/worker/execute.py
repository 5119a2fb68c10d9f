"""Executes one call of a module and describes what came of it."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import hashlib
import linecache
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .absent import Absent
from .call import Applied, Argument, Call, Given, Item, Items, Labelled, Ref, Target, ValueId
from .context import TaskContext, entered
from .declare import declaration_of
from .failures import Cause, cause_of
from .files import FileStore
from .labels import item_labels
from .names import import_function
from .preview import preview
from .readonly import sealed
from .secrets import Secrets

Fetch = Callable[[ValueId], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What a call gave: the outputs (those that are split as lists of items), and what the scheduler must know."""

    outputs: Mapping[str, Any]
    items: Mapping[str, tuple[str, ...]]
    flags: Mapping[str, bool]
    absent: Mapping[str, str]
    previews: Mapping[str, Mapping[str, Any]]


class CallError(Exception):
    """The call itself is at fault, not the module: an argument that cannot be made, an output of the wrong form."""


def execute(call: Call, fetch: Fetch, context: TaskContext, files: FileStore) -> Result | Cause:
    """Run a call; a module's exception, ``sys.exit`` included, comes back as the cause.

    KeyboardInterrupt goes through: it is meant for the process, not for the module.
    """
    context = context.discreet()
    secrets = context.secrets
    try:
        with entered(context):
            function = load(call.target)
            positional, keywords = _arguments(call, fetch, secrets)
            try:
                returned = function(*positional, **keywords)
            except (Exception, SystemExit) as error:
                return _hidden(cause_of(error, frames_to_hide=1), secrets)
            scratch = context.scratch_used
            if scratch is not None:
                returned = files.keep_all(returned, scratch)
            return _result(call, returned, secrets)
    except CallError as error:
        return _hidden(Cause("exception", str(error)), secrets)
    except (Exception, SystemExit) as error:
        return _hidden(cause_of(error), secrets)


def called(call: Call, fetch: Fetch, secrets: Secrets) -> Result:
    """Run a call inside another one and return what it gave; whatever it raises goes through."""
    function = load(call.target)
    positional, keywords = _arguments(call, fetch, secrets)
    return _result(call, function(*positional, **keywords), secrets)


def _hidden(cause: Cause, secrets: Secrets) -> Cause:
    return dataclasses.replace(
        cause, message=secrets.hide(cause.message), traceback=secrets.hide(cause.traceback)
    )


# What to call

_loaded: dict[str, Any] = {}


def load(target: Target) -> Any:
    """Return the function that a target names; CallError says why it cannot be had here."""
    if target.live is not None:
        return target.live
    if target.source:
        return _from_source(target)
    try:
        function = import_function(target.path)
    except (ImportError, AttributeError) as error:
        raise CallError(f"{target.path} cannot be imported here: {error}") from error
    if target.declared_only and declaration_of(function) is None:
        raise CallError(f"{target.path} is not declared as a module, so it is not called")
    return function


def _from_source(target: Target) -> Any:
    key = hashlib.sha256(target.source.encode()).hexdigest()[:16]
    if key not in _loaded:
        file = f"<Python source {key}>"
        # With its lines known, a traceback shows them.
        linecache.cache[file] = (len(target.source), None, target.source.splitlines(keepends=True), file)
        scope: dict[str, Any] = {"__name__": f"treadle_source_{key}"}
        exec(compile(target.source, file, "exec"), scope)  # noqa: S102 - what a trusted Python source node is for
        _loaded[key] = scope
    if target.name not in _loaded[key]:
        raise CallError(f"the Python source defines no {target.name!r}")
    return _loaded[key][target.name]


# Arguments


def _arguments(call: Call, fetch: Fetch, secrets: Secrets) -> tuple[list[Any], dict[str, Any]]:
    values = {port: _value(call, port, argument, fetch, secrets) for port, argument in call.arguments.items()}
    positional = [values.pop(port) for port in call.positional if port in values]
    if call.variadic in values:
        positional.extend(values.pop(call.variadic))
    return positional, values


def _value(call: Call, port: str, argument: Argument, fetch: Fetch, secrets: Secrets) -> Any:
    value = resolve(argument, fetch, secrets)
    if port in call.coerce:
        value = _coerced(value, call.coerce[port])
    return copy.deepcopy(value) if port in call.mutates else value


def resolve(argument: Argument, fetch: Fetch, secrets: Secrets) -> Any:
    """Make the value of an argument."""
    match argument:
        case Ref(value):
            return fetch(value)
        case Given(value):
            return sealed(secrets.resolve(value))
        case Items(items):
            return [resolve(item, fetch, secrets) for item in items]
        case Labelled(labels, inner):
            return Item(dict(labels), resolve(inner, fetch, secrets))
        case Applied(function, inner):
            return sealed(load(function)(resolve(inner, fetch, secrets)))


def _coerced(value: Any, kind: str) -> Any:
    if kind == "path" and isinstance(value, str):
        return Path(value)
    if kind == "text" and isinstance(value, Path):
        return str(value)
    if kind == "tuple" and isinstance(value, list):
        return tuple(value)
    if kind == "paths" and isinstance(value, list | tuple):
        return [_coerced(item, "path") for item in value]
    return value


# The result


def _result(call: Call, returned: Any, secrets: Secrets) -> Result:
    values = _fields(call, returned) if call.fields else {call.outputs[0]: returned} if call.outputs else {}
    absent = {port: value.reason for port, value in values.items() if isinstance(value, Absent)}
    present = {port: value for port, value in values.items() if port not in absent}
    outputs: dict[str, Any] = {}
    items: dict[str, tuple[str, ...]] = {}
    for port, value in present.items():
        if port in call.split:
            found = listed(value, f"{call.task}.{port}")
            outputs[port], items[port] = sealed(found), tuple(map(secrets.hide, item_labels(found)))
        else:
            outputs[port] = sealed(value)
    flags = {port: bool(present[port]) for port in call.flags if port in present}
    previews = {port: _shown(value, secrets) for port, value in outputs.items()}
    return Result(outputs, items, flags, absent, previews)


def _shown(value: Any, secrets: Secrets) -> dict[str, Any]:
    found = preview(value)
    if "text" in found:
        found["text"] = secrets.hide(found["text"])
    return found


def _fields(call: Call, returned: Any) -> dict[str, Any]:
    if isinstance(returned, Absent):
        return dict.fromkeys(call.outputs, returned)
    missing = object()
    values = {
        name: returned.get(name, missing) if isinstance(returned, dict) else getattr(returned, name, missing)
        for name in call.outputs
    }
    lost = [name for name, value in values.items() if value is missing]
    if lost:
        raise CallError(f"the module returned a {type(returned).__name__}, which has no {lost[0]!r}")
    return values


def listed(value: Any, place: str) -> list[Any]:
    """Return the items of an output that is mapped; CallError if it is no list."""
    if isinstance(value, str | bytes | dict) or value is None:
        raise CallError(f"{place} is mapped, but it is a {type(value).__name__} and not a list")
    with contextlib.suppress(TypeError):
        return list(value)
    raise CallError(f"{place} is mapped, but it is a {type(value).__name__} and not a list")
