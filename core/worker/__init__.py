"""What executes a task anywhere; needs nothing but the standard library and cloudpickle."""

from .absent import FILTERED, NOT_TAKEN, Absent
from .context import cancelled, log, progress, scratch
from .declare import Choices, Help, Range, Schemes, Unit, module

__all__ = [
    "FILTERED",
    "NOT_TAKEN",
    "Absent",
    "Choices",
    "Help",
    "Range",
    "Schemes",
    "Unit",
    "cancelled",
    "log",
    "module",
    "progress",
    "scratch",
]
