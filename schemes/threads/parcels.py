"""Calls as they travel to a thread host: most have few and small arguments, which need no pickle of their own."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

from ...core.worker.call import Given, Ref
from ..hosting.wire import Decoder, Encoded, Encoder, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.worker.call import Argument, Call
    from ...core.worker.handing import Handed

_Maker = type[Given] | type[Ref]
_MAKERS: dict[str, _Maker] = {"Given": Given, "Ref": Ref}


class Packer:
    """Makes calls ready to be sent. ``encoder`` has what a host must know of them besides."""

    def __init__(self) -> None:
        self.encoder = Encoder()

    def pack(self, call: Call) -> Encoded:
        """Return the call as it is sent; NotPicklableError names the argument that cannot travel."""
        arguments: list[Any] = []
        refs: list[Any] = []
        for argument in call.arguments.values():
            kind = type(argument)
            if kind is Ref:
                refs.append(argument.value)  # type: ignore[union-attr]
            elif kind is not Given or not is_plain(argument.value):  # type: ignore[union-attr]
                return self.encoder.encode(call)
            arguments.append(argument.value)  # type: ignore[union-attr]
        return Encoded(self.encoder.shape(call), tuple(arguments), tuple(refs))


class Unpacker:
    """Makes calls again. Several threads may do so at once. ``template`` and ``moved`` are those of a Decoder."""

    def __init__(self, template: Callable[[int], bytes], moved: Callable[[Handed], Argument]) -> None:
        self._template = template
        self._decoder = Decoder(template, moved)
        self._shapes: dict[int, tuple[int, tuple[tuple[str, _Maker], ...]]] = {}

    def call(self, task: str, attempt: int, number: int, arguments: bytes | tuple[Any, ...]) -> Call:
        """Return the call. Raises whatever unpickling its arguments or its function raises."""
        if type(arguments) is bytes:
            return self._decoder.decode(task, attempt, number, arguments)
        template, ports = self._shapes.get(number) or self._shape(number)
        given = {port: make(value) for (port, make), value in zip(ports, arguments, strict=True)}
        return self._decoder.made(task, attempt, template, given)

    def _shape(self, number: int) -> tuple[int, tuple[tuple[str, _Maker], ...]]:
        template, ports, kinds = pickle.loads(self._template(number))  # noqa: S301 - from the owner of this host
        found = self._shapes[number] = (
            template,
            tuple((port, _MAKERS[kind]) for port, kind in zip(ports, kinds, strict=True)),
        )
        return found
