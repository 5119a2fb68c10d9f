"""Says what the names in a Python source text stand for, from its import statements alone."""

from __future__ import annotations

import ast
import builtins
import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SOURCE = 2_000_000


class Aliases(NamedTuple):
    """What a source text calls things: imported names, names of annotations, and its own classes."""

    module: str = ""
    imports: dict[str, str] = {}  # noqa: RUF012  never changed: a named tuple's default
    assigned: dict[str, ast.expr] = {}  # noqa: RUF012
    classes: dict[str, ast.ClassDef] = {}  # noqa: RUF012

    def dotted(self, node: ast.expr) -> str:
        """Return what a name or attribute stands for, ``numpy.ndarray`` for ``np.ndarray``; else ``""``."""
        if isinstance(node, ast.Attribute):
            parent = self.dotted(node.value)
            return f"{parent}.{node.attr}" if parent else ""
        if not isinstance(node, ast.Name):
            return ""
        if node.id in self.imports:
            return self.imports[node.id]
        own = node.id in self.classes or not hasattr(builtins, node.id)
        return f"{self.module}.{node.id}" if own and self.module else node.id


def parse_source(text: str) -> ast.Module:
    """Parse Python source without executing it; SyntaxError or ValueError if it is none."""
    if len(text) > MAX_SOURCE:
        raise ValueError("the source is too long to be meant")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (RecursionError, MemoryError):
            raise ValueError("the source is nested too deeply") from None


def aliases_of(tree: ast.Module, module: str = "", package: str = "") -> Aliases:
    """Collect the names that ``tree`` binds, also under ``if TYPE_CHECKING:``.

    ``module`` is the name it is imported by, ``package`` what its relative imports start from.
    """
    found = Aliases(module, {}, {}, {})
    for statement in _statements(tree.body):
        match statement:
            case ast.Import(names=names):
                for name in names:
                    found.imports[name.asname or name.name.partition(".")[0]] = (
                        name.name if name.asname else name.name.partition(".")[0]
                    )
            case ast.ImportFrom():
                _add_from(found.imports, statement, package or module.rpartition(".")[0])
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                found.assigned[target] = value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                found.assigned[target] = value
            case ast.ClassDef(name=target):
                found.classes[target] = statement
    return found


def _add_from(imports: dict[str, str], statement: ast.ImportFrom, package: str) -> None:
    origin = statement.module or ""
    if statement.level:
        parts = package.split(".")[: len(package.split(".")) - statement.level + 1]
        origin = ".".join(filter(None, [*parts, origin]))
    for name in statement.names:
        if name.name != "*":
            imports[name.asname or name.name] = f"{origin}.{name.name}" if origin else name.name


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements at the top level, those inside ``if`` and ``try`` included."""
    for statement in body:
        match statement:
            case ast.If():
                yield from _statements(statement.body)
                yield from _statements(statement.orelse)
            case ast.Try():
                yield from _statements([*statement.body, *statement.orelse, *statement.finalbody])
                for handler in statement.handlers:
                    yield from _statements(handler.body)
            case _:
                yield statement
