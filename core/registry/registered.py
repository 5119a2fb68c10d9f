"""Says whether an import path belongs to the standard library or an installed plug-in, importing nothing."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..describing.aliases import aliases_of, parse_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec

LIBRARY_PACKAGE = "treadle.core.library"
LIBRARY_FOLDER = Path(__file__).parent.parent / "library"
_HOPS = 5


def is_defined_in(path: str, packages: Iterable[str], search_path: Sequence[str] | None = None) -> bool:
    """Say whether the source of one of ``packages`` (top-level names) itself defines what ``path`` names.

    A name that a package merely imports (``package.module:os.system``) is none of its modules.
    """
    module, _, name = path.partition(":")
    top = module.partition(".")[0]
    if module.startswith(f"{LIBRARY_PACKAGE}."):
        file = LIBRARY_FOLDER / f"{module.removeprefix(f'{LIBRARY_PACKAGE}.')}.py"
        return _defines(file, module, name, search_path, _HOPS)
    if top not in set(packages) or top in sys.stdlib_module_names:
        return False
    found = source_file(module, search_path)
    return found is not None and _defines(found, module, name, search_path, _HOPS)


def find_top_level(name: str, search_path: Sequence[str] | None = None) -> ModuleSpec | None:
    """Find a top-level package without importing it; ``search_path`` stands in for ``sys.path``."""
    try:
        if search_path is not None:
            return importlib.machinery.PathFinder.find_spec(name, list(search_path))
        return importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None


def source_file(module: str, search_path: Sequence[str] | None = None) -> Path | None:
    """Return the Python file of a module, found from its top-level package alone, which is not imported."""
    top, _, rest = module.partition(".")
    spec = find_top_level(top, search_path)
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    for folder in spec.submodule_search_locations or ():
        base = Path(folder).joinpath(*rest.split("."))
        for file in (base.with_suffix(".py"), base / "__init__.py"):
            if file.is_file():
                return file
    return None


def _defines(file: Path, module: str, name: str, search_path: Sequence[str] | None, hops: int) -> bool:
    try:
        tree = parse_source(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return False
    first, _, rest = name.partition(".")
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=found) if found == name:
                return True
            case ast.ClassDef(name=found) if found == first:
                return not rest or any(isinstance(s, ast.FunctionDef) and s.name == rest for s in statement.body)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    home, _, original = aliases_of(tree, module, package).imports.get(first, "").rpartition(".")
    if hops == 0 or not home or home.partition(".")[0] != module.partition(".")[0]:
        return False
    origin = source_file(home, search_path)
    name = f"{original}.{rest}" if rest else original
    return origin is not None and _defines(origin, home, name, search_path, hops - 1)
