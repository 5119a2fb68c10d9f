"""Imports a plug-in or a user's file and describes the functions that it offers as modules."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..describing.describe import describe
from ..errors import ModuleLookupError
from ..modules import LIBRARY
from ..worker.declare import declaration_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..modules import Module

_EXPECTED = "A plug-in names a Python module with functions declared by @module, or a callable returning functions"
_SCHEME_EXPECTED = "A plug-in names a class or a function that makes the scheme, as package.module:name"


def describe_package(value: str) -> list[Module]:
    """Import what an entry point names and describe its modules; ModuleLookupError if it offers none."""
    found = _imported(value)
    if isinstance(found, ModuleType):
        modules = [describe(function, path) for path, function in _offered(found).items()]
    elif declaration_of(found) is not None:
        modules = [describe(found, value)]
    elif callable(found):
        modules = _described(found(), value)
    else:
        raise ModuleLookupError(f"it names a value of type {type(found).__name__!r}", where=value, remedy=_EXPECTED)
    if not modules and not value.startswith(LIBRARY):
        raise ModuleLookupError("it offers no modules", where=value, remedy=_EXPECTED)
    return modules


def scheme_maker(value: str) -> Callable[..., Any]:
    """Import what makes the scheme of a plug-in; ModuleLookupError if it is nothing that can be called."""
    found = _imported(value)
    if callable(found):
        return found  # type: ignore[no-any-return]
    raise ModuleLookupError(f"it names a value of type {type(found).__name__!r}", where=value, remedy=_SCHEME_EXPECTED)


def _imported(value: str) -> Any:
    module_name, _, attribute = value.partition(":")
    found: Any = importlib.import_module(module_name.strip())
    for name in filter(None, attribute.strip().split(".")):
        found = getattr(found, name)
    return found


def describe_file(file: str) -> list[Module]:
    """Import a user's Python file and describe its declared functions, else all public ones."""
    path = Path(file)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    importlib.invalidate_caches()
    module = importlib.import_module(path.stem)
    origin = getattr(module, "__file__", None)
    if origin is None or Path(origin).resolve() != path.resolve():
        raise ModuleLookupError(
            f"another module is called {path.stem!r} already", where=file, remedy="Give the file another name"
        )
    offered = _offered(module) or _public(module)
    return [describe(function, found) for found, function in offered.items()]


def _offered(module: ModuleType) -> dict[str, Any]:
    """Return by path what ``__all__`` names, else the declared functions of the module's own package."""
    if listed := [name for name in getattr(module, "__all__", ()) if callable(getattr(module, name, None))]:
        chosen = {name: getattr(module, name) for name in listed}
        declared = {name: found for name, found in chosen.items() if declaration_of(found) is not None}
        return _by_path(module, declared or chosen)
    own = {
        name: found
        for name, found in vars(module).items()
        if callable(found) and declaration_of(found) is not None and _top(found) == _top(module)
    }
    return _by_path(module, own)


def _public(module: ModuleType) -> dict[str, Any]:
    own = {
        name: found
        for name, found in vars(module).items()
        if not name.startswith("_") and callable(found) and not isinstance(found, type)
        if getattr(found, "__module__", None) == module.__name__
    }
    return _by_path(module, own)


def _by_path(module: ModuleType, functions: dict[str, Any]) -> dict[str, Any]:
    return {f"{module.__name__}:{name}": found for name, found in functions.items()}


def _top(thing: Any) -> str:
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return str(name).partition(".")[0] if not str(name).startswith("treadle.") else str(name)


def _described(functions: Iterable[Any], value: str) -> list[Module]:
    modules = [describe(function) for function in functions]
    for module in modules:
        if not module.path:
            raise ModuleLookupError(
                f"its function {module.name!r} cannot be imported by name",
                where=value,
                remedy="Define it at the top level of a module",
            )
    return modules
