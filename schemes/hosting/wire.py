"""Calls as they travel: what the calls of a node have in common goes once, the rest as plain tuples."""

from __future__ import annotations

import hashlib
import pickle
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import cloudpickle  # here, so that workers are forked with it: they need it for functions that travel by value

from ...core.worker.call import Applied, Argument, Call, Form, Given, Items, Labelled, Moved, Ref, Target, ValueId
from ...core.worker.handing import NotPicklableError, dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ...core.worker.handing import Handed

_REFS = [Ref(("", "", place)) for place in range(64)]
_ATOMS = frozenset({int, float, bool, type(None)})
_SHORT_TEXT = 1000

_GIVEN, _REF, _ITEMS, _LABELLED, _MOVED, _APPLIED = range(6)


class Encoded(NamedTuple):
    """A call, ready to be sent: its template, its arguments, and the values they refer to.

    Arguments that are no pickle, but a tuple, belong to the shape of that number.
    """

    template: int
    arguments: bytes | tuple[Any, ...]
    refs: tuple[ValueId, ...]


class Encoder:
    """Makes calls into bytes; each template is made once and kept by its number."""

    def __init__(self) -> None:
        self.templates: list[bytes] = []
        self._numbers: dict[int, int] = {}
        self._shapes: dict[tuple[int, tuple[str, ...], tuple[type, ...]], int] = {}
        self._template_of: dict[int, int] = {}
        self._by_data: dict[bytes, int] = {}
        self._kept: list[Form] = []
        self._live: dict[int, tuple[Any, str, bytes]] = {}

    def encode(self, call: Call) -> Encoded:
        """Return the call as bytes; NotPicklableError names the argument that cannot travel."""
        refs: list[ValueId] = []
        plain = {port: self._plain(argument, refs) for port, argument in call.arguments.items()}
        try:
            data = dumps(plain)
        except NotPicklableError as error:
            raise NotPicklableError(self._blame(call, plain) or str(error)) from error
        return Encoded(self._template(call.form), data, tuple(refs))

    def _blame(self, call: Call, plain: Mapping[str, Any]) -> str:
        for port, argument in plain.items():
            try:
                dumps(argument)
            except NotPicklableError as error:
                kinds = ", ".join(sorted(set(_types(call.arguments[port]))))
                return f"the argument {port!r} ({kinds}) cannot be sent to another process: {error}"
        return ""

    def shape(self, call: Call) -> int:
        """Return a number for the template of a call together with the names and kinds of its arguments.

        What is kept under it is the pickle of (template, ports, kinds).
        """
        ports, kinds = tuple(call.arguments), tuple(map(type, call.arguments.values()))
        number = self._shapes.get((id(call.form), ports, kinds))
        if number is None:
            template = self._template(call.form)
            number = self._shapes[id(call.form), ports, kinds] = len(self.templates)
            self.templates.append(dumps((template, ports, tuple(kind.__name__ for kind in kinds))))
            self._template_of[number] = template
        return number

    def needed(self, number: int, known: set[int]) -> dict[int, bytes]:
        """Return what belongs to calls of this template or shape, by number, as far as it is not ``known``."""
        if number in known:
            return {}
        numbers = (self._template_of[number], number) if number in self._template_of else (number,)
        return {one: self.templates[one] for one in numbers if one not in known}

    def _template(self, form: Form) -> int:
        number = self._numbers.get(id(form))
        if number is None:
            data = dumps((
                self._plain_target(form.target), form.outputs, form.fields, form.positional, form.variadic,
                dict(form.coerce), form.mutates, form.split, form.flags, form.n_procs, form.digest,
            ))  # fmt: skip
            number = self._numbers[id(form)] = self._by_data.setdefault(data, len(self.templates))
            if number == len(self.templates):
                self.templates.append(data)
            # As long as it is kept, nothing else can have its id.
            self._kept.append(form)
        return number

    def _plain(self, argument: Argument, refs: list[ValueId]) -> Any:
        match argument:
            case Given(value):
                return _GIVEN, value
            case Ref(value):
                refs.append(value)
                return _REF, value
            case Moved(handed):
                return _MOVED, handed
            case Items(items):
                return _ITEMS, [self._plain(item, refs) for item in items]
            case Labelled(labels, inner):
                return _LABELLED, dict(labels), self._plain(inner, refs)
            case Applied(function, inner):
                return _APPLIED, self._plain_target(function), self._plain(inner, refs)

    def _plain_target(self, target: Target) -> tuple[Any, ...]:
        live = None if target.live is None else self._pickled(target.live)
        return target.path, target.source, target.name, live, target.declared_only

    def _pickled(self, function: Any) -> tuple[str, bytes]:
        if id(function) not in self._live:
            try:
                data = bytes(cloudpickle.dumps(function))
            except Exception as error:
                name = getattr(function, "__qualname__", type(function).__name__)
                raise NotPicklableError(
                    f"the function {name} cannot be sent to another process: {type(error).__name__}: {error}"
                ) from error
            self._live[id(function)] = function, hashlib.sha256(data).hexdigest(), data
        return self._live[id(function)][1:]


def is_plain(value: Any) -> bool:
    """Say whether a value is so small and simple that it needs no pickle of its own."""
    kind = type(value)
    return kind in _ATOMS or (kind is str and len(value) < _SHORT_TEXT)


def _types(argument: Argument) -> Iterable[str]:
    match argument:
        case Given(value):
            yield type(value).__qualname__
        case Ref():
            return
        case Items(items):
            for item in items:
                yield from _types(item)
        case Labelled(_, inner) | Applied(_, inner):
            yield from _types(inner)


class Decoder:
    """Makes calls again from what an Encoder made; ``template`` returns one by its number.

    Templates and live functions are unpickled once. ``moved`` makes the argument for a value from elsewhere. Several
    threads may decode at once.
    """

    def __init__(self, template: Callable[[int], bytes], moved: Callable[[Handed], Argument] = Moved) -> None:
        self._template = template
        self._moved = moved
        self._lock = threading.RLock()
        self._templates: dict[int, Form] = {}
        self._live: dict[str, Any] = {}
        self._shapes: dict[int, tuple[int, tuple[tuple[str, bool], ...]]] = {}

    def decode(self, task: str, attempt: int, template: int, arguments: bytes) -> Call:
        """Return the call. Raises whatever unpickling its arguments or its function raises."""
        form = self._templates.get(template) or self._first(template)
        given = {port: self._argument(plain) for port, plain in pickle.loads(arguments).items()}  # noqa: S301 - both ends belong to one run
        return Call(task, form, given, attempt)

    def shaped(self, task: str, attempt: int, shape: int, values: Iterable[Any]) -> Call:
        """Return the call of a shape with these values; the others are references, told apart by their place."""
        known = self._shapes.get(shape)
        if known is None:
            template, ports, kinds = pickle.loads(self._template(shape))  # noqa: S301 - from the owner of this worker
            known = template, tuple(zip(ports, [kind == "Given" for kind in kinds], strict=True))
            self._shapes[shape] = known
        given, refs = iter(values), iter(_REFS)
        arguments = {port: Given(next(given)) if written else next(refs) for port, written in known[1]}
        return self.made(task, attempt, known[0], arguments)

    def made(self, task: str, attempt: int, template: int, arguments: Mapping[str, Argument]) -> Call:
        """Return the call that has these arguments."""
        return Call(task, self._templates.get(template) or self._first(template), arguments, attempt)

    def _first(self, template: int) -> Form:
        with self._lock:
            if template not in self._templates:
                target, *rest = pickle.loads(self._template(template))  # noqa: S301 - from the owner of this worker
                self._templates[template] = Form(self._target(target), *rest)
            return self._templates[template]

    def _argument(self, plain: Any) -> Argument:
        match plain:
            case (0, value):
                return Given(value)
            case (1, value):
                return Ref(value)
            case (2, items):
                return Items(tuple(map(self._argument, items)))
            case (3, labels, inner):
                return Labelled(labels, self._argument(inner))
            case (4, handed):
                return self._moved(handed)
            case _:
                return Applied(self._target(plain[1]), self._argument(plain[2]))

    def _target(self, plain: tuple[Any, ...]) -> Target:
        path, source, name, live, declared_only = plain
        return Target(path, source, name, None if live is None else self._function(*live), declared_only)

    def _function(self, digest: str, data: bytes) -> Any:
        if digest not in self._live:
            with self._lock:
                # Two functions where the script has one could tell that they are two.
                if digest not in self._live:
                    self._live[digest] = pickle.loads(data)  # noqa: S301 - both ends belong to one run
        return self._live[digest]
