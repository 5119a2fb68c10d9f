"""Reads the arguments of a callable, also where Python itself cannot tell them."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from typing import TYPE_CHECKING, Any

from ..errors import ModuleLookupError
from .aliases import Aliases, aliases_of, parse_source
from .annotations import read_annotation, read_class

if TYPE_CHECKING:
    from collections.abc import Callable

    from .annotations import Annotation

_HEAD_LENGTH = 2000


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """Return the signature, if need be from the first line of the docstring; None if nobody tells."""
    try:
        return inspect.signature(function)
    except ValueError:
        return _from_docstring(function) or _from_ufunc(function)
    except TypeError as error:
        raise ModuleLookupError(f"its arguments cannot be read: {error}", remedy="Wrap it in a function") from None


def _from_docstring(function: Callable[..., Any]) -> inspect.Signature | None:
    """Read ``name(a, b=1[, c])``, as C functions write it; of several such lines the first, left open."""
    name = getattr(function, "__name__", "")
    lines = (inspect.getdoc(function) or "")[:_HEAD_LENGTH].splitlines()
    head = lines[0].strip() if lines else ""
    if not name or not head.startswith(f"{name}("):
        return None
    is_open = sum(line.strip().startswith(f"{name}(") for line in lines) > 1
    inside = head[len(name) + 1 :].partition(")")[0]
    required, bracket, optional = inside.partition("[")
    optional = re.sub(r"[\[\]]", "", bracket + optional)
    optional = re.sub(r"(?<=\w)(?=\s*(,|$))", "=None", optional) if "=" not in optional else optional
    try:
        tree = ast.parse(f"def f({required}{optional}): pass")
    except (SyntaxError, ValueError):
        return None
    return _signature(tree.body[0].args, is_open=is_open) if isinstance(tree.body[0], ast.FunctionDef) else None


def _signature(arguments: ast.arguments, *, is_open: bool) -> inspect.Signature | None:
    if arguments.vararg or arguments.kwarg:
        return None
    every = [*arguments.posonlyargs, *arguments.args]
    first_default = len(every) - len(arguments.defaults)
    kind = inspect.Parameter.POSITIONAL_ONLY  # functions without a signature seldom take keywords
    found = [
        inspect.Parameter(one.arg, kind, default=inspect.Parameter.empty if index < first_default else None)
        for index, one in enumerate(every)
    ]
    if is_open:
        found.append(inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL))
        found.append(inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(found)


def _from_ufunc(function: Callable[..., Any]) -> inspect.Signature | None:
    count = getattr(function, "nin", None)
    if not isinstance(count, int):
        return None
    names = ["x"] if count == 1 else [f"x{number}" for number in range(1, count + 1)]
    return inspect.Signature([inspect.Parameter(n, inspect.Parameter.POSITIONAL_ONLY) for n in names])


def plain_function(function: Any) -> Any:
    """Return what holds the code, the globals and the source of a callable."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    if isinstance(function, type):
        found = next((function.__dict__[n] for n in ("__init__", "__new__") if n in function.__dict__), function)
        return inspect.unwrap(getattr(found, "__func__", found))
    if hasattr(function, "__func__"):
        return inspect.unwrap(function.__func__)
    if not hasattr(function, "__globals__") and not inspect.isroutine(function):
        return inspect.unwrap(vars(type(function)).get("__call__", function))
    return function


class Reader:
    """Reads the annotations of one function or class, in the terms of the file that it stands in.

    Text (``from __future__ import annotations``) is evaluated where all it names exists; else it is read with
    the import statements of the source, so that what stands under ``if TYPE_CHECKING:`` is never imported.
    """

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        module = sys.modules.get(getattr(owner, "__module__", None) or "")
        self._scope: dict[str, Any] = getattr(owner, "__globals__", None) or getattr(module, "__dict__", {})

    @functools.cached_property
    def aliases(self) -> Aliases:
        """The names of the source text that the owner stands in."""
        module = getattr(self._owner, "__module__", None) or ""
        try:
            text = "".join(inspect.findsource(self._owner)[0])
            return _aliases(text, module, str(self._scope.get("__package__") or ""))
        except (OSError, TypeError, SyntaxError, ValueError, IndexError):
            return Aliases(module)

    def resolve(self, annotation: object) -> object:
        """Return the object that the text of an annotation means, or the text if something is missing."""
        if not isinstance(annotation, str) or not self._scope:
            return annotation
        try:
            return eval(annotation, self._scope)  # noqa: S307  the function that says so was imported already
        except Exception:  # noqa: BLE001  any error of foreign code means that it is read as text
            return annotation

    def read(self, annotation: object) -> Annotation:
        """Return the type of an annotation, whether an object or text."""
        if annotation is inspect.Parameter.empty:
            return read_class(object)
        resolved = self.resolve(annotation)
        return read_annotation(resolved, self.aliases if _has_text(resolved) else Aliases())


def _has_text(annotation: object) -> bool:
    return isinstance(annotation, str) or "ForwardRef(" in repr(annotation)


@functools.lru_cache(maxsize=16)
def _aliases(text: str, module: str, package: str) -> Aliases:
    return aliases_of(parse_source(text), module, package)
