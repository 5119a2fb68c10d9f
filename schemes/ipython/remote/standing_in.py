"""Stands in on an engine for what makes and runs pipelines, so that files that do so can be imported there."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

_OURS = "treadle."


class StandIn:
    """Can be called, and whatever comes of it too, while a file is imported; that does nothing.

    A task that uses it is told that it cannot: RuntimeError.
    """

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name

    def __repr__(self) -> str:
        return f"<{self.__name__}, which does nothing on an engine>"

    def __call__(self, *_arguments: Any, **_options: Any) -> StandIn:
        """Do nothing, but only for a file that is being imported."""
        if not _is_importing():
            self._refuse()
        return StandIn(f"{self.__name__}(…)")

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            # Whoever asks for these wants to know what an object can do.
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")

    def __getitem__(self, _key: Any) -> StandIn:
        return self()

    def __enter__(self) -> StandIn:
        return self()

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def __iter__(self) -> Any:
        self()
        return iter(())

    def __reduce__(self) -> tuple[type[StandIn], tuple[str]]:
        return StandIn, (self.__name__,)

    def _refuse(self) -> NoReturn:
        raise RuntimeError(f"{self.__name__} cannot be used in a task on an engine: pipelines are run from the outside")


def _is_importing() -> bool:
    """Say whether what calls us is the code of a file that is being imported, on behalf of a task or not."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals is globals():
        frame = frame.f_back
    while not frame.f_globals.get("__name__", "").startswith(_OURS):
        if frame.f_code.co_name == "<module>":
            return True
        if frame.f_back is None:
            break
        frame = frame.f_back
    return False
