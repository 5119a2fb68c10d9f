"""What is done to single engines of a cluster, whoever started them: found, interrupted, stopped, killed."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import ClusterError, UsageError
from .breaking import broken
from .ending import kill_with_children
from .ledger import Ledger
from .logs import noted_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .connecting import Address, Client
    from .ledger import Record, Started
    from .starting import Launch

ASK_SECONDS = 5.0
GONE_SECONDS = 1.0
BREAK_SECONDS = 1.0
"""In which an engine that works for a run says that it was interrupted; one that never has says nothing."""

_PAUSE = 0.02


class Engines:
    """The engines of a cluster that is connected.

    ``wanted`` is how many of those that this program started are meant to be there.
    """

    def __init__(self, address: Address, client: Client) -> None:
        self.address = address
        self.client = client
        self.ledger = Ledger()
        self.wanted = 0
        self._launches: list[Launch] = []

    def uuids(self) -> dict[int, str]:
        """Return the names of the engines by the numbers that the controller gave to them."""
        return {number: str(self.client._engines[number]) for number in list(self.client._ids)}

    def records(self) -> list[Record]:
        """Return what Treadle started for this cluster, in whichever program of this user."""
        return self.ledger.of(self.address.profile_dir, self.address.cluster_id)

    def ours(self) -> dict[str, Started]:
        """Return the engines that Treadle started, by name."""
        return {one.uuid: one for record in self.records() if record.here for one in record.engines}

    def given_up(self) -> list[Started]:
        """Return engines of ours that live, and that the controller has lost: they never come back."""
        known = set(self.uuids().values())
        return [
            one
            for uuid, one in self.ours().items()
            if uuid not in known and uuid in noted_numbers(Path(one.log).parent) and one.proof.lives
        ]

    def interrupt(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> dict[int, str]:
        """Interrupt what engines execute, as Ctrl-C would, and return the tasks of runs that were, by engine.

        A task of a run fails with that as its cause. ClusterError names engines that could not be reached.
        """
        known = self._known(numbers)
        tasks = broken(self.client, {number: self.uuids()[number] for number in known}, min(seconds, BREAK_SECONDS))
        self.interrupt_statements([number for number in known if number not in tasks], seconds)
        return tasks

    def interrupt_statements(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> None:
        """Interrupt what somebody runs on engines by hand, and no task of a run; ClusterError as with ``interrupt``."""
        self._signal(self._known(numbers), signal.SIGINT, seconds)

    def stop_engines(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> None:
        """Ask engines to end, and end those of ours that do not; ClusterError names foreign ones that do not."""
        chosen = {number: self.uuids()[number] for number in self._known(numbers)}
        self._want_less(chosen)
        self.client.shutdown(targets=list(chosen), block=False)
        with contextlib.suppress(ClusterError):
            self._wait_gone(chosen, seconds)
        self._end_by_proof(set(chosen.values()))
        self._wait_gone(chosen, GONE_SECONDS)

    def kill_engines(self, numbers: Iterable[int], seconds: float = ASK_SECONDS) -> None:
        """End engines at once, whatever they do."""
        chosen = {number: self.uuids()[number] for number in self._known(numbers)}
        self._want_less(chosen)
        ours = self.ours()
        self._signal([number for number, uuid in chosen.items() if uuid not in ours], signal.SIGKILL, seconds)
        self._end_by_proof(set(chosen.values()))
        self._wait_gone(chosen, seconds)

    def mine(self) -> dict[str, Started]:
        """Return the engines that this program started, or took over, by name."""
        started = {launch.record.id for launch in self._launches}
        return {one.uuid: one for record in self.records() if record.id in started for one in record.engines}

    def living(self) -> int:
        """Return how many engines of this program the controller knows that live."""
        known = set(self.uuids().values())
        return sum(one.proof.lives for uuid, one in self.mine().items() if uuid in known)

    # --- how ---

    def _known(self, numbers: Iterable[int]) -> list[int]:
        wanted, known = list(dict.fromkeys(numbers)), set(self.client.ids)
        if missing := [number for number in wanted if number not in known]:
            raise UsageError(f"there is no {listed(missing)} in cluster {self.address}; it has: {sorted(known)}")
        return wanted

    def _signal(self, numbers: Iterable[int], sign: int, seconds: float) -> None:
        """Have the nannies of engines send a signal; where none answers, send it by proof if the engine is ours."""
        asked = {number: self._sent(number, sign) for number in numbers}
        end, ours, failed = time.monotonic() + seconds, self.ours(), dict[int, str]()
        for number, answer in asked.items():
            if why := _why_not(answer, max(0.0, end - time.monotonic())):
                started = ours.get(self.uuids().get(number, ""))
                if started is None or not started.proof.send(sign):
                    failed[number] = why
        if failed:
            why = next(iter(failed.values()))
            raise ClusterError(f"{listed(list(failed))} cannot be reached: {why}", where=f"cluster {self.address}")

    def _sent(self, number: int, sign: int) -> Any:
        try:
            return self.client.send_signal(int(sign), targets=[number], block=False)
        except Exception as error:  # noqa: BLE001 - the library raises many kinds; each means that it was not reached
            return error

    def _want_less(self, chosen: dict[int, str]) -> None:
        """Have nobody replace those that are to go."""
        mine = self.mine()
        self.wanted -= sum(uuid in mine for uuid in chosen.values())

    def _end_by_proof(self, uuids: set[str]) -> None:
        """Kill engines of ours, with what their tasks started; their nannies tell the controller and end."""
        for record in self.records():
            found = [one for one in record.engines if one.uuid in uuids and record.here]
            # Forgotten first: a guardian that finds all of a record ended takes it to be over.
            self.ledger.drop(record.id, {one.uuid for one in found})
            for one in found:
                kill_with_children(one.proof)

    def _wait_gone(self, chosen: dict[int, str], seconds: float) -> None:
        uuids = set(chosen.values())
        if not self._wait_for(lambda: not uuids & set(self.uuids().values()), seconds):
            left = [number for number, uuid in chosen.items() if uuid in self.uuids().values()]
            raise ClusterError(f"{listed(left)} did not end within {seconds:g} s", where=f"cluster {self.address}")

    def _wait_for(self, told: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not told():
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        return True


def _why_not(answer: Any, seconds: float) -> str:
    """Return why a signal was not sent; empty if it was."""
    if isinstance(answer, Exception):
        return str(answer) or type(answer).__name__
    try:
        (told,) = answer.result(seconds)
    except TimeoutError:
        return "its nanny does not answer"
    except Exception as error:  # noqa: BLE001 - see above
        return str(error) or type(error).__name__
    return "" if told["content"].get("status") == "ok" else str(told["content"].get("evalue"))


def listed(numbers: list[int]) -> str:
    """Return how a person names these engines."""
    return f"engine{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
