"""Says whether a module that this process has loaded is what its file holds now."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def is_current(module: str, file: Path) -> bool:
    """Say whether a task that is executed in this process executes the code that stands in ``file``.

    Python does not keep the text that a module was loaded from. If the file is younger than this process, the functions
    and the constants of the module are compared with what the text would give.
    """
    loaded = sys.modules.get(module)
    try:
        if loaded is None or file.suffix != ".py" or file.stat().st_mtime < _process_start():
            return True
        tree = ast.parse(file.read_bytes())
        text = compile(tree, str(file), "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return False
    codes = list(_codes(text))
    made = [function.__code__ for function in _functions(loaded)]
    # What a decorator made stands elsewhere.
    if not all(code in codes for code in made if code.co_filename == getattr(loaded, "__file__", None)):
        return False
    return all(_is(vars(loaded).get(name), value) for name, value in _constants(tree).items())


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _functions(loaded: ModuleType) -> Iterator[FunctionType]:
    """Go through the functions that a module defines, and those of its classes."""
    for value in list(vars(loaded).values()):
        if isinstance(value, type) and value.__module__ == loaded.__name__:
            yield from (inner for member in vars(value).values() if (inner := _function(member)))
        elif inner := _function(value):
            yield inner


def _function(value: Any) -> FunctionType | None:
    try:
        value = inspect.unwrap(getattr(value, "__func__", getattr(value, "fget", value)))
    except Exception:  # noqa: BLE001 - whatever it does when it is looked at, it is no function
        return None
    return value if isinstance(value, FunctionType) else None


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Return the numbers and texts that a module gives names to, at its top."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is(found: Any, value: Any) -> bool:
    return type(found) is type(value) and bool(found == value)


@cache
def _process_start() -> float:
    import psutil

    return float(psutil.Process().create_time())
