"""Executes one call of a module and describes what came of it."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from .absent import Absent
from .call import Applied, Argument, Call, Given, Item, Items, Labelled, Moved, Ref, ValueId
from .context import TaskContext, entered
from .digest import Canonical, UndigestedError
from .failures import CallError, Cause, UnreadableError, cause_of
from .files import paths_in
from .handing import load as load_handed
from .labels import item_labels
from .loading import function_of
from .preview import preview
from .readonly import sealed
from .secrets import UnsetVariableError

if TYPE_CHECKING:
    from .files import FileStore
    from .secrets import Secrets

Fetch = Callable[[ValueId], Any]


@dataclasses.dataclass(slots=True)
class Result:
    """What a call gave: the outputs (those that are split as lists of items), and what the scheduler must know.

    Nobody changes it; a frozen class would take five times as long to make.

    ``files`` are the files that the outputs refer to: names in the store, or absolute paths elsewhere. ``digests``
    are those of the outputs and their items, by output and place (-1 for the whole), where the call asks for them.
    """

    outputs: Mapping[str, Any]
    items: Mapping[str, tuple[str, ...]]
    flags: Mapping[str, bool]
    absent: Mapping[str, str]
    previews: Mapping[str, Mapping[str, Any]]
    files: tuple[str, ...] = ()
    digests: Mapping[tuple[str, int], bytes] = dataclasses.field(default_factory=dict)


_ONCE = (GeneratorType, map, filter, zip)
_NUMBERS = frozenset({int, float, bool, type(None)})


def execute(call: Call, fetch: Fetch, context: TaskContext, files: FileStore) -> Result | Cause:
    """Run a call; whatever a module raises, ``sys.exit`` included, comes back as the cause.

    KeyboardInterrupt goes through: it is meant for the process, not for the module.
    """
    context = context.discreet()
    secrets = context.secrets

    def keep(value: Any) -> Any:
        if context.scratch_used is None or not paths_in(value):
            return value
        return files.keep_all(value, context.scratch_used)

    try:
        with entered(context):
            return _with_facts(call, called(call, fetch, secrets, keep), files)
    except KeyboardInterrupt:
        raise
    except UnsetVariableError as error:
        return Cause("exception", str(error))
    except BaseException as error:  # noqa: BLE001 - asyncio.CancelledError is no Exception, but the module's own
        return cause_of(error, secrets.hide)


def called(call: Call, fetch: Fetch, secrets: Secrets, keep: Callable[[Any], Any] = lambda value: value) -> Result:
    """Run a call and return what it gave; whatever it raises goes through. ``keep`` saves files from scratch."""
    function = function_of(call.form.target)
    positional, keywords = _arguments(call, function, fetch, secrets)
    return _result(call, function(*positional, **keywords), secrets, keep)


# Arguments


def _arguments(call: Call, function: Any, fetch: Fetch, secrets: Secrets) -> tuple[list[Any], dict[str, Any]]:
    values = {
        # In a number there is nothing to resolve, and nothing that could be changed.
        port: argument.value
        if type(argument) is Given and type(argument.value) in _NUMBERS
        else _value(call, port, argument, fetch, secrets)
        for port, argument in call.arguments.items()
    }
    form = call.form
    if not (form.positional or form.variadic):
        return [], values
    variadic = values.pop(form.variadic, ())
    given = [place for place, port in enumerate(form.positional, 1) if port in values]
    last = len(form.positional) if variadic else max(given, default=0)
    positional = [values.pop(port) if port in values else _default(function, port) for port in form.positional[:last]]
    return [*positional, *variadic], values


def _default(function: Any, name: str) -> Any:
    """Return the default of an argument that must be passed because another one stands behind it."""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        default = inspect.signature(function).parameters[name].default
        if default is not inspect.Parameter.empty:
            return default
    raise CallError(f"the input {name!r} has no value, but one behind it has")


def _value(call: Call, port: str, argument: Argument, fetch: Fetch, secrets: Secrets) -> Any:
    try:
        value = resolve(argument, fetch, secrets)
    except UnreadableError as error:
        error.port = port
        raise
    if port in call.form.coerce:
        value = _coerced(value, call.form.coerce[port])
    return copy.deepcopy(value) if port in call.form.mutates else value


def resolve(argument: Argument, fetch: Fetch, secrets: Secrets) -> Any:
    """Make the value of an argument."""
    match argument:
        case Ref(value):
            return sealed(_read(fetch, value))
        case Moved(handed):
            return _read(load_handed, handed)
        case Given(value):
            return sealed(secrets.resolve(value))
        case Items(items):
            return [resolve(item, fetch, secrets) for item in items]
        case Labelled(labels, inner):
            return Item(dict(labels), resolve(inner, fetch, secrets))
        case Applied(function, inner):
            return sealed(function_of(function)(resolve(inner, fetch, secrets)))


def _read(read: Callable[[Any], Any], source: Any) -> Any:
    """Read a value that another task made; UnreadableError if its unpickling raises."""
    try:
        return read(source)
    except (OSError, MemoryError, KeyboardInterrupt):
        # Nothing is wrong with the value.
        raise
    except BaseException as error:
        raise UnreadableError(error) from error


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


def _result(call: Call, returned: Any, secrets: Secrets, keep: Callable[[Any], Any]) -> Result:
    form = call.form
    values = _fields(call, returned) if form.fields else {form.outputs[0]: returned} if form.outputs else {}
    absent = {port: value.reason for port, value in values.items() if isinstance(value, Absent)}
    outputs: dict[str, Any] = {}
    items: dict[str, tuple[str, ...]] = {}
    for port, value in values.items():
        if port in absent:
            continue
        is_split = port in form.split
        if type(value) in _NUMBERS and not is_split:
            outputs[port] = value
            continue
        made = listed(value, f"{call.task}.{port}") if is_split else _at_rest(value)
        outputs[port] = sealed(keep(made))
        if is_split:
            items[port] = tuple(map(secrets.hide, item_labels(outputs[port])))
    flags = {port: bool(outputs[port]) for port in form.flags if port in outputs} if form.flags else {}
    hide = secrets.hide if secrets else None
    previews = {port: preview(value, hide, picture=True) for port, value in outputs.items()}
    return Result(outputs, items, flags, absent, previews)


def _at_rest(value: Any) -> Any:
    """Return a value that can be read more than once: what a generator yields, as a list."""
    return list(value) if isinstance(value, _ONCE) else value


def _fields(call: Call, returned: Any) -> dict[str, Any]:
    if isinstance(returned, Absent):
        return dict.fromkeys(call.form.outputs, returned)
    missing = object()
    values = {
        name: returned.get(name, missing) if isinstance(returned, dict) else getattr(returned, name, missing)
        for name in call.form.outputs
    }
    lost = [name for name, value in values.items() if value is missing]
    if lost:
        raise CallError(f"the module returned a {type(returned).__name__}, which has no {lost[0]!r}")
    return values


def _with_facts(call: Call, result: Result, files: FileStore) -> Result:
    """Add what the cache wants to know: the files that the outputs refer to, and the digests that were asked for."""
    others = [value for value in result.outputs.values() if type(value) not in _NUMBERS]
    named = files.named_in(others) if others else ()
    digests = _digests(result, Canonical(files.digests)) if call.form.digest else {}
    return dataclasses.replace(result, files=named, digests=digests) if named or digests else result


def _digests(result: Result, canonical: Canonical) -> dict[tuple[str, int], bytes]:
    found: dict[tuple[str, int], bytes] = {}
    for port, value in result.outputs.items():
        # What has no digest is left out: whoever reads it is executed again.
        with contextlib.suppress(UndigestedError):
            if port in result.items:
                found.update({(port, place): canonical.digest(item) for place, item in enumerate(value)})
            else:
                found[port, -1] = canonical.digest(value)
    return found


def listed(value: Any, place: str) -> list[Any]:
    """Return the items of an output that is mapped; CallError if it is no list."""
    if isinstance(value, str | bytes | dict) or value is None:
        raise CallError(f"{place} is mapped, but it is a {type(value).__name__} and not a list")
    with contextlib.suppress(TypeError):
        return list(value)
    raise CallError(f"{place} is mapped, but it is a {type(value).__name__} and not a list")
