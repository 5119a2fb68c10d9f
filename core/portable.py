"""The source text of a script's function, with all it refers to, so that a file can carry it."""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import textwrap
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEDY = "Put it in a file that can be imported, or write it as a named function that uses only its arguments"


def portable_source(function: Callable[..., Any]) -> str:
    """Return Python text that defines ``function`` wherever it is executed.

    Imports it uses, plain constants and further functions of the same script come along. UsageError names what
    cannot come along: a lambda, a closure, an object made by the script.
    """
    parts: dict[str, str] = {}
    _collect(function, parts)
    imports = sorted(text for text in parts.values() if text.startswith(("import ", "from ")))
    rest = [text for text in parts.values() if not text.startswith(("import ", "from "))]
    return "\n\n\n".join(["\n".join(imports), *rest] if imports else rest).strip() + "\n"


def _collect(thing: Any, parts: dict[str, str]) -> None:
    if not isinstance(thing, FunctionType | type) or "." in thing.__qualname__.rpartition("<locals>.")[2]:
        raise UsageError(f"a {type(thing).__name__} has no source of its own to be saved", remedy=_REMEDY)
    name = thing.__name__
    text = _source_of(thing)
    parts[name] = ""  # its place is taken before what it refers to is collected: a function may call itself
    scope = thing.__globals__ if isinstance(thing, FunctionType) else vars(inspect.getmodule(thing))
    for used in _global_names(text, scope):
        if used not in parts and used != name:
            _collect_global(used, scope[used], parts, name)
    del parts[name]
    parts[name] = text


def _source_of(thing: Any) -> str:
    if thing.__name__ == "<lambda>":
        raise UsageError("a lambda has no name to be saved under", remedy=_REMEDY)
    if getattr(thing, "__closure__", None):
        held = ", ".join(thing.__code__.co_freevars)
        raise UsageError(f"{thing.__name__!r} holds on to {held} of the function around it", remedy=_REMEDY)
    try:
        return textwrap.dedent(inspect.getsource(thing)).strip()
    except (OSError, TypeError):
        raise UsageError(f"the source of {thing.__name__!r} cannot be found", remedy=_REMEDY) from None


def _global_names(text: str, scope: dict[str, Any]) -> list[str]:
    """Return the names that the text takes from around it; its own arguments and variables are not among them."""
    names: dict[str, None] = {}
    waiting = [symtable.symtable(text, "<module>", "exec")]
    while waiting:
        table = waiting.pop(0)
        outermost = table.get_type() == "module"
        used = (s.get_name() for s in table.get_symbols() if s.is_referenced() and (outermost or s.is_global()))
        names.update(dict.fromkeys(sorted(used)))
        waiting.extend(table.get_children())
    return [name for name in names if name in scope and not hasattr(builtins, name)]


def _collect_global(name: str, value: Any, parts: dict[str, str], user: str) -> None:
    if isinstance(value, ModuleType):
        parts[name] = f"import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
    elif _is_importable(value):
        parts[name] = f"from {value.__module__} import {value.__qualname__}" + (
            "" if value.__qualname__ == name else f" as {name}"
        )
    elif isinstance(value, FunctionType | type):
        _collect(value, parts)
        if value.__name__ != name:
            parts[name] = f"{name} = {value.__name__}"
    elif _is_plain(value):
        parts[name] = f"{name} = {value!r}"
    else:
        raise UsageError(f"{user!r} uses {name!r}, a {type(value).__name__} that the script made", remedy=_REMEDY)


def _is_importable(value: Any) -> bool:
    home, name = getattr(value, "__module__", None), getattr(value, "__qualname__", ".")
    return home not in {None, "__main__", "builtins"} and "." not in name and not _local(home)


def _local(home: str | None) -> bool:
    import importlib.util

    try:
        return importlib.util.find_spec(home or "") is None
    except (ImportError, ValueError):
        return True


def _is_plain(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (TypeError, ValueError, SyntaxError, RecursionError):
        return False
