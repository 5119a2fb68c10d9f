"""What the author of a plug-in needs: a scheme to build on, and the contract that every scheme keeps."""

from .core.scheme import (
    Began,
    Capacity,
    Ended,
    Exported,
    Logged,
    Lost,
    Place,
    Progressed,
    Report,
    Scheme,
    SchemeContext,
    Stopped,
)
from .core.worker.call import Call, references
from .core.worker.execute import Result, execute
from .core.worker.failures import Cause
from .schemes.commands.scheme import CommandScheme

__all__ = [
    "Began",
    "Call",
    "Capacity",
    "Cause",
    "CommandScheme",
    "Ended",
    "Exported",
    "Logged",
    "Lost",
    "Place",
    "Progressed",
    "Report",
    "Result",
    "Scheme",
    "SchemeContext",
    "Stopped",
    "execute",
    "references",
]
