"""What every room of a window is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .canvas.boards import Boards

if TYPE_CHECKING:
    from .bridge import Bridge
    from .catalogue import Catalogue
    from .settings import Settings
    from .theme.theme import Theme


@dataclass(frozen=True)
class Shared:
    """What every room of a window is given."""

    theme: Theme
    settings: Settings
    bridge: Bridge
    catalogue: Catalogue
    boards: Boards = field(default_factory=Boards)
