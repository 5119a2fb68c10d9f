"""What a worker answers to a call: plain tuples, since a pickled dataclass costs more than a short task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.worker.execute import Result
from ...core.worker.failures import Cause
from ...core.worker.handing import NotPicklableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .keeping import Given

_NOTHING: dict[Any, Any] = {}


def handed_out(result: Result | Cause, hand_out: Callable[[Any], Given]) -> Any:
    """Return what to send of a result: its values by output and place, then the rest if there is any."""
    if isinstance(result, Cause):
        return result
    values: dict[tuple[str, int], Given] = {}
    output = ""
    try:
        for output, value in result.outputs.items():
            if output in result.items:
                for place, item in enumerate(value):
                    values[output, place] = hand_out(item)
            else:
                values[output, -1] = hand_out(value)
    except NotPicklableError as error:
        kind = type(result.outputs[output]).__qualname__
        message = f"the output {output!r} ({kind}) cannot be sent to another process: {error}"
        return Cause("not picklable", message, type=kind)
    except OSError as error:
        return Cause("exception", f"there is no room for the output {output!r}: {error}", type="OSError")
    if result.items or result.flags or result.absent or result.files or result.digests:
        rest = (result.items, result.flags, result.absent, result.previews, result.files, result.digests)
        return values, rest
    return values, result.previews


def result_of(rest: Any) -> Result:
    """Make the result again, without its values."""
    if type(rest) is tuple:
        return Result(_NOTHING, *rest)
    return Result(_NOTHING, _NOTHING, _NOTHING, _NOTHING, rest)


def sizes(values: Mapping[Any, Given]) -> int:
    """Return how many bytes these values have together."""
    size = 0
    for value in values.values():
        size += len(value) if isinstance(value, bytes) else value[1]
    return size
