"""What a peer is given to do: plain functions, and which of them needs the results of which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Of(NamedTuple):
    """Stands for the result of another step."""

    step: str


class Step(NamedTuple):
    """One call; an argument is a constant, or ``Of`` an earlier step."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    @property
    def sources(self) -> Iterator[str]:
        """The steps whose results it needs; one that it needs twice comes twice."""
        return (one.step for one in self.arguments if type(one) is Of)

    @property
    def named(self) -> dict[str, Any]:
        """The arguments by the names of the parameters."""
        code = self.function.__code__
        return dict(zip(code.co_varnames[: code.co_argcount], self.arguments, strict=True))

    def filled(self, values: dict[str, Any]) -> list[Any]:
        """The arguments, with the results in place of what stands for them."""
        return [values[one.step] if type(one) is Of else one for one in self.arguments]


class Dag(NamedTuple):
    """Steps by name, each after those it needs, and those whose results are wanted."""

    steps: dict[str, Step]
    wanted: tuple[str, ...]
