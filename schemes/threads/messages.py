"""What the owner of a thread host and the host tell each other: the first item of each message."""

from __future__ import annotations

from typing import Any

from ...core.worker.call import ValueId
from ...core.worker.handing import Handed

START, TEMPLATE, CALLS, STOP, RELEASE, EXPORT, RETIRE, LEAVE = range(8)
"""What the owner tells: how to begin (threads, board, environment), a template (number, bytes), calls, the numbers of
calls to end, values to forget (tasks with the number of their call, and files), values that are wanted elsewhere, that
no more calls come (give back what has not begun), and that all values are to be handed over."""

RESULT, SKIPPED, PROGRESS, LINE, HEARD, BACK, EXPORTED, LEFT = range(8)
"""What the host tells, several in one packet: how a call ended, one that did not run or whose result nobody wants,
progress, a line of output, that it lives and which stops it heard of, the calls it gives back, a value for others, and
that all values have been handed over."""

CUT_OFF = 211
"""The exit code of a host that cannot reach its owner any more; so high that hardly any module ends with it."""

JobMessage = tuple[int, str, int, int, bytes | tuple[Any, ...], dict[ValueId, Handed] | None]
"""A call for the host: number, task, attempt, template, arguments, and how values that are not in the host are had."""
