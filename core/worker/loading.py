"""Finds the function that a call names, or makes it of its source."""

from __future__ import annotations

import hashlib
import linecache
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .declare import declaration_of
from .failures import CallError
from .names import import_function

if TYPE_CHECKING:
    from .call import Target

_loaded: dict[str, Any] = {}
_loading = threading.RLock()


def function_of(target: Target) -> Any:
    """Return the function that a target names; CallError says why it cannot be had here."""
    if target.live is not None:
        return target.live
    if target.source:
        return _from_source(target)
    try:
        function = import_function(target.path)
    except (Exception, SystemExit) as error:
        raise CallError(f"{target.path} cannot be imported here: {_told(error)}") from error
    if target.declared_only and declaration_of(function) is None:
        raise CallError(f"{target.path} is not declared as a module, so it is not called")
    return function


def _told(error: BaseException) -> str:
    return str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"


def _from_source(target: Target) -> Any:
    key = hashlib.sha256(target.source.encode()).hexdigest()[:16]
    if key not in _loaded:
        # Once only, whatever several threads ask: a class that is made twice is two classes.
        with _loading:
            if key not in _loaded:
                _loaded[key] = _executed(target.source, key)
    if target.name not in _loaded[key]:
        raise CallError(f"the Python source defines no {target.name!r}")
    return _loaded[key][target.name]


def _executed(source: str, key: str) -> dict[str, Any]:
    """Execute Python source as a module of its own, and return what it defines."""
    file, name = f"<Python source {key}>", f"treadle_source_{key}"
    # With its lines known, a traceback shows them.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    # Dataclasses and the like look for the module of a class among those that are loaded.
    module = sys.modules[name] = ModuleType(name)
    try:
        exec(compile(source, file, "exec"), module.__dict__)  # noqa: S102 - what such a node is for
    except BaseException:
        del sys.modules[name]
        raise
    _travel_by_value(module)
    return module.__dict__


def _travel_by_value(module: ModuleType) -> None:
    """Let objects of such a module be pickled with their classes: other processes cannot import it."""
    import cloudpickle

    cloudpickle.register_pickle_by_value(module)
