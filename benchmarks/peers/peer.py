"""What a peer must be able to do to be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

    from ..dag import Dag


class Peer:
    """A way to run a graph of plain functions on ``workers`` workers.

    ``folder`` is an empty folder of its own. With ``cache`` it keeps results there, and a second peer made with the
    same folder uses them again.
    """

    requires: ClassVar[str] = ""
    """What must be importable."""

    limit: ClassVar[bool] = False
    """It offers nothing but speed: how fast it could be, no peer."""

    most: ClassVar[int] = 100_000
    """With more tasks than this it would take minutes; it gets fewer, and the figure is marked."""

    only_flat: ClassVar[bool] = False
    """It can only run graphs whose steps need no other."""

    def __init__(self, workers: int, folder: Path, *, cache: bool = False) -> None:
        self.workers, self.folder, self.cache = workers, folder, cache

    def start(self) -> None:
        """Get ready to run graphs."""

    def prepare(self, dag: Dag) -> Any:
        """Bring a graph into the peer's own form."""
        return dag

    def run(self, prepared: Any) -> Any:
        """Run it to its end."""
        raise NotImplementedError

    def values(self, ran: Any) -> dict[str, Any]:
        """Return the results that are wanted."""
        wanted: dict[str, Any] = ran
        return wanted

    def forget(self) -> None:
        """Free what the runs before have left."""

    def stop(self) -> None:
        """End what was started."""
