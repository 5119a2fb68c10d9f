"""Describes a live function as a module: its ports, its results, and what it says of itself."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
from typing import TYPE_CHECKING, Any

from ..errors import ModuleLookupError, suggestion
from ..places import extend_search_path
from ..worker.declare import Declaration, declaration_of
from .annotations import NOTHING, read_class
from .assemble import Argument, Results, assemble, one_result
from .docstrings import Docstring, parse_docstring
from .purity import is_impure
from .results import results_in_text, results_of_class
from .signatures import Reader, plain_function, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..modules import Module
    from .assemble import Passing

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_PASSING: dict[object, Passing] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.VAR_POSITIONAL: "variadic",
}
_UNTOLD = "Its arguments cannot be read: give them by name, or by position as the list 'args'."
_DISTRIBUTIONS = {
    "PIL": "pillow", "cv2": "opencv-python", "skimage": "scikit-image", "sklearn": "scikit-learn",
    "yaml": "pyyaml", "bs4": "beautifulsoup4", "Bio": "biopython", "dateutil": "python-dateutil",
}  # fmt: skip


def describe(function: Any, path: str = "") -> Module:
    """Describe any callable; ``path`` is where it is imported from, found out if not given.

    What has no path keeps its plain name. ModuleLookupError says why something is no module.
    """
    if not callable(function):
        kind = type(function).__name__
        raise ModuleLookupError(
            f"it is no function, but a value of type {kind!r}",
            where=path,
            remedy="Name a function, a class or a method",
        )
    if inspect.iscoroutinefunction(function):
        raise ModuleLookupError(
            "it is an async function, whose call gives no result",
            where=path or function.__name__,
            remedy="Wrap it in a function that calls asyncio.run",
        )
    path = path or import_path_of(function) or ""
    name = str(getattr(plain_function(function), "__name__", type(function).__name__))
    prose = _prose(function)
    options = declaration_of(function) or Declaration(cache=not is_impure(path))
    try:
        signature = signature_of(function)
    except ModuleLookupError as error:
        raise ModuleLookupError(error.message, where=path or name, remedy=error.remedy) from None
    reader = Reader(plain_function(function))
    if signature is None:
        arguments: list[Argument] = [Argument("args", optional=True, passing="variadic")]
        prose = prose._replace(help=f"{prose.help}\n\n{_UNTOLD}".strip())
    else:
        parameters = signature.parameters.values()
        arguments = [_argument(p, reader) for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]
        _type_the_owner(arguments, function)
    return assemble(
        {field.name: getattr(options, field.name) for field in dataclasses.fields(options)},
        prose,
        arguments,
        _results(function, signature, reader),
        path=path,
        name="" if path else name,
        open_inputs=signature is None or _is_open(signature),
    )


def _prose(function: Callable[..., Any]) -> Docstring:
    prose = parse_docstring(inspect.getdoc(function))
    head, _, rest = prose.help.partition("\n\n")
    if rest and head.startswith(f"{getattr(function, '__name__', '')}("):
        prose = prose._replace(help=rest)  # C functions begin with their signature
    if isinstance(function, type) and "__init__" in function.__dict__:
        more = parse_docstring(function.__dict__["__init__"].__doc__)
        prose = prose._replace(parameters=more.parameters | prose.parameters, units=more.units | prose.units)
    return prose


def _is_open(signature: inspect.Signature) -> bool:
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in signature.parameters.values())


def _argument(parameter: inspect.Parameter, reader: Reader) -> Argument:
    variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    given = parameter.default is not inspect.Parameter.empty
    return Argument(
        parameter.name,
        reader.read(parameter.annotation),
        optional=given or variadic,
        default=parameter.default if given else None,
        passing=_PASSING.get(parameter.kind, "keyword"),
    )


def _type_the_owner(arguments: list[Argument], function: Callable[..., Any]) -> None:
    """Give ``self`` of a method taken from its class the type of that class."""
    owner = getattr(function, "__objclass__", None) or _class_around(function)
    if isinstance(owner, type) and arguments and arguments[0].name == "self":
        arguments[0] = arguments[0]._replace(annotation=read_class(owner))


def _class_around(function: Callable[..., Any]) -> object:
    names = getattr(function, "__qualname__", "").split(".")[:-1]
    found: object = sys.modules.get(getattr(function, "__module__", None) or "")
    for name in names if inspect.isfunction(function) else ():
        found = getattr(found, name, None)
    return found if names else None


def _results(function: Callable[..., Any], signature: inspect.Signature | None, reader: Reader) -> Results:
    if isinstance(function, type):
        return one_result(read_class(function))
    returns = inspect.Signature.empty if signature is None else signature.return_annotation
    resolved = reader.resolve(returns)
    if isinstance(resolved, str):
        return results_in_text(_expression(resolved), reader.aliases)
    if resolved is None:
        return one_result(NOTHING)
    fields = results_of_class(resolved, Reader(resolved).read)
    return fields or one_result(reader.read(resolved))


def _expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def import_path_of(function: Callable[..., Any]) -> str | None:
    """Return the ``package.module:name`` that gives this very object back, the public one if there are two.

    None for what other processes cannot import: functions of ``__main__``, lambdas, local functions.
    """
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    owners = (function, getattr(function, "__objclass__", None), getattr(function, "__self__", None))
    home = next((found for owner in owners if (found := getattr(owner, "__module__", None))), None)
    homes = [home] if home else ["numpy", "scipy.special"]  # some ufuncs do not say where they live
    for candidate in (public for one in homes if isinstance(one, str) for public in _public_first(one)):
        path = f"{candidate}:{name}"
        if candidate != "__main__" and _PATH.fullmatch(path) and _leads_to(candidate, str(name), function):
            return path
    return None


def _public_first(module: str) -> list[str]:
    parts = module.split(".")
    private = [index for index, part in enumerate(parts) if part.startswith("_") and index]
    return [".".join(parts[: private[0]]), module] if private else [module]


def _leads_to(module: str, name: str, function: Callable[..., Any]) -> bool:
    found: Any = sys.modules.get(module)
    if found is None:
        return False
    for part in name.split("."):
        found = getattr(found, part, None)
    same_method = isinstance(getattr(function, "__self__", None), type) and bool(found == function)
    return found is function or same_method


def describe_path(path: str) -> Module:
    """Import what ``package.module:name`` names and describe it.

    Only a user's own script and the describer process may call this: importing executes code.
    """
    if not _PATH.fullmatch(path):
        raise ModuleLookupError("this is not an import path", where=path, remedy=_path_remedy(path))
    extend_search_path()
    module_name, _, name = path.partition(":")
    found = _import(module_name, path)
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            remedy = suggestion(part, [n for n in dir(found) if not n.startswith("_")])
            raise ModuleLookupError(
                f"{getattr(found, '__name__', type(found).__name__)} has no {part!r}",
                where=path,
                remedy=remedy,
            ) from None
    return describe(found, path)


def _path_remedy(path: str) -> str:
    module, dot, name = path.rpartition(".")
    likely = f"{module}:{name}"
    if dot and ":" not in path and _PATH.fullmatch(likely):
        return f"Did you mean {likely!r}?"
    return "Write package.module:function, such as scipy.ndimage:gaussian_filter"


def _import(module_name: str, path: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if module_name == missing or module_name.startswith(f"{missing}."):
            raise ModuleLookupError(
                f"there is no module {missing!r}", where=path, remedy=_missing_remedy(missing)
            ) from None
        raise ModuleLookupError(
            f"importing {module_name!r} needs {missing!r}, which is not installed",
            where=path,
            remedy=_missing_remedy(missing),
        ) from None
    except (Exception, SystemExit) as error:  # a foreign module may raise anything
        raise ModuleLookupError(
            f"importing {module_name!r} failed: {type(error).__name__}: {error}", where=path,
            remedy="Correct that module, or place another one",
        ) from error  # fmt: skip


def _missing_remedy(missing: str) -> str:
    import pkgutil

    package, dot, rest = missing.rpartition(".")
    if dot:
        places: Sequence[str] = getattr(sys.modules.get(package), "__path__", ())
        return suggestion(rest, [info.name for info in pkgutil.iter_modules(list(places))])
    near = suggestion(missing, {info.name for info in pkgutil.iter_modules()})
    install = f"Install it with: pip install {_DISTRIBUTIONS.get(missing, missing)}"
    return f"{near} Or install it: pip install {missing}" if near.startswith("Did") else install
