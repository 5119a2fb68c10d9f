"""Digests of functions that exist only in this process: their code, and what it refers to."""

from __future__ import annotations

import functools
import hashlib
import sys
import types
from typing import TYPE_CHECKING, Any

from ..worker.digest import Canonical, FileDigests, UndigestedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SKIPPED = frozenset({
    "__module__", "__dict__", "__weakref__", "__doc__", "__qualname__", "__firstlineno__", "__static_attributes__",
    "_abc_impl",
})  # fmt: skip
_LOOKED_INTO = (
    types.FunctionType, types.MethodType, type, property, functools.partial, staticmethod, classmethod,
)  # fmt: skip


class LiveCode(Canonical):
    """Writes functions and classes as bytes: the same wherever in a script, and in whatever process, they stand.

    ``of_module`` gives the fingerprint of a module that can be imported, None for one that cannot: what is defined
    in such a one, as in ``__main__``, is looked into.
    """

    def __init__(self, of_module: Callable[[str], bytes | None]) -> None:
        super().__init__(FileDigests(None))
        self._of_module = of_module
        self._seen: dict[int, int] = {}
        self._kept: list[Any] = []

    def digest(self, value: Any) -> bytes:
        """Return the SHA-256 of the bytes of a function; UndigestedError if it has none."""
        digest = hashlib.sha256()
        try:
            for piece in self.other(value):
                digest.update(piece)
        except RecursionError:
            raise UndigestedError("the function refers to too many others in a row") from None
        return digest.digest()

    def other(self, value: Any) -> Iterator[bytes | memoryview]:
        """Go through the bytes of what is no plain value."""
        if isinstance(value, types.ModuleType):
            yield from self._named(value.__name__, "", value)
        elif isinstance(value, _LOOKED_INTO):
            if id(value) in self._seen:
                yield b"r%d;" % self._seen[id(value)]
                return
            self._seen[id(value)] = len(self._seen)
            self._kept.append(value)
            yield from self._looked_into(value)
        elif isinstance(value, types.BuiltinFunctionType) and isinstance(value.__self__, types.ModuleType | None):
            yield from self._named(value.__module__ or "", value.__qualname__, value)
        else:
            yield from super().other(value)

    def _looked_into(self, value: Any) -> Iterator[bytes | memoryview]:
        match value:
            case functools.partial():
                yield from self.pieces(("partial", value.func, value.args, dict(sorted(value.keywords.items()))))
            case types.MethodType():
                yield from self.pieces(("method", value.__func__, value.__self__))
            case property():
                yield from self.pieces(("property", value.fget, value.fset, value.fdel))
            case staticmethod() | classmethod():
                yield from self.pieces((type(value).__name__, value.__func__))
            case types.FunctionType() | type() if self._importable(value):
                yield from self._named(value.__module__, value.__qualname__, value)
            case types.FunctionType():
                yield from self._function(value)
            case _:
                yield from self._class(value)

    def _importable(self, value: Any) -> bool:
        """Say whether a worker gets this by importing it, and finds the same there."""
        if value.__module__ in {"__main__", None} or "<locals>" in value.__qualname__:
            return False
        return self._of_module(value.__module__) is not None

    def _named(self, module: str, name: str, value: Any) -> Iterator[bytes | memoryview]:
        fingerprint = self._of_module(module) if module not in {"", "__main__"} else None
        namespace = isinstance(value, types.ModuleType) and getattr(value, "__file__", None) is None
        if fingerprint is None and not namespace and module not in sys.builtin_module_names:
            raise UndigestedError(f"{value!r} is of a module that cannot be found: {module!r}")
        yield from self.pieces(("named", module, name, fingerprint))

    def _function(self, function: types.FunctionType) -> Iterator[bytes | memoryview]:
        yield b"F"
        yield from self._code(function.__code__)
        cells = [_content(cell) for cell in function.__closure__ or ()]
        yield from self.pieces([function.__defaults__, function.__kwdefaults__])
        for held in cells:
            yield from self.pieces(held)
        for name in sorted(_names(function.__code__)):
            if name in function.__globals__:
                yield self.text(name)
                yield from self.pieces(function.__globals__[name])

    def _code(self, code: types.CodeType) -> Iterator[bytes | memoryview]:
        """Go through what code does; neither where it stands nor its line numbers count."""
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
        yield from self.pieces((code.co_name, counts, code.co_code, code.co_names, code.co_varnames))
        yield from self.pieces((code.co_freevars, code.co_cellvars, code.co_exceptiontable))
        yield from self._constants(code.co_consts)

    def _constants(self, constants: tuple[Any, ...]) -> Iterator[bytes | memoryview]:
        yield b"C%d:" % len(constants)
        for constant in constants:
            if isinstance(constant, types.CodeType):
                yield from self._code(constant)
            elif isinstance(constant, tuple):
                # Whether equal tuples are one object is up to the compiler.
                yield from self._constants(constant)
            elif constant is Ellipsis:
                yield b"..."
            else:
                yield from self.pieces(constant)

    def _class(self, kind: type) -> Iterator[bytes | memoryview]:
        yield b"K" + self.text(kind.__name__)
        for base in kind.__bases__:
            yield from self.other(base)
        for name, member in sorted(vars(kind).items()):
            if name not in _SKIPPED and not isinstance(member, types.MemberDescriptorType | types.GetSetDescriptorType):
                yield self.text(name)
                yield from self.pieces(member)


def _names(code: types.CodeType) -> set[str]:
    """Return the names that code, with the functions inside it, may look up."""
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
