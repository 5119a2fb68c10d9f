"""Carries out the requests about clusters; the libraries that it takes come with the first that needs them."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from ...core import protocol as p
from ...core.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ...schemes.ipython.addresses import Address
    from .clusters import Clusters
    from .operations import Operation
    from .tended import Tended

    CarryOut = Callable[[Any, Operation], p.Message]


class ClusterDesk:
    """``tasks`` returns what engines of a cluster execute for runs of this runner, None if none uses it."""

    def __init__(self, send: Callable[[p.Message], None], tasks: Callable[[Address], Mapping[int, str] | None]) -> None:
        self._send, self._tasks = send, tasks
        self._made: Clusters | None = None
        self._lock = threading.Lock()
        self.requests: dict[type[p.Request], CarryOut] = {
            p.AskClusters: lambda _asked, _operation: self._list(),
            p.MakeProfile: self._make_profile,
            p.ChooseProfile: self._choose_profile,
            p.StartCluster: self._start,
            p.AddEngines: self._add,
            p.WatchCluster: self._watch,
            p.ActOnEngines: self._act,
            p.ExecuteOn: self._execute,
            p.SetVariables: self._set_variables,
            p.AskLogs: self._logs,
            p.LetGo: self._let_go,
            p.EndByForce: self._end_by_force,
            p.ShutDownCluster: self._shut_down,
            p.TakeLeftover: self._take_leftover,
        }

    @property
    def clusters(self) -> Clusters:
        """The clusters, made when the first is asked for."""
        with self._lock:
            if self._made is None:
                from .clusters import Clusters

                self._made = Clusters(self._send, self._tasks)
            return self._made

    @property
    def made(self) -> Clusters | None:
        """The clusters, if any was ever asked for."""
        return self._made

    def engines(self, address: Address) -> int | None:
        """Return how many engines a cluster has, as far as that is known without asking it."""
        return None if self._made is None else self._made.engines(address)

    # Found

    def _list(self) -> p.ClusterList:
        from ...schemes.ipython.adopting import leftovers_now
        from ...schemes.ipython.finding import clusters
        from ...schemes.ipython.profiles import chosen
        from .cluster_rows import is_addressable, leftovers, name_of, profile_rows, row_of_found

        found = clusters()
        known = {} if self._made is None else self._made.known()
        rows = []
        for one in found:
            if is_addressable(one.address):
                row = row_of_found(one)
                tended = known.get(name_of(one.address))
                rows.append(row if tended is None else tended.with_ours(row))
        answering = {one.address for one in found if one.answers}
        left, ending = leftovers_now()
        return p.ClusterList(
            profiles=profile_rows(),
            chosen=chosen(),
            clusters=tuple(rows),
            leftovers=leftovers(left, answering),
            ending=ending,
        )

    def _make_profile(self, asked: p.MakeProfile, _operation: Operation) -> p.ClusterList:
        from ...schemes.ipython.profiles import create, duplicate

        if asked.like:
            duplicate(asked.like, asked.name)
        else:
            create(asked.name)
        return self._list()

    def _choose_profile(self, asked: p.ChooseProfile, _operation: Operation) -> p.ClusterList:
        from ...schemes.ipython.profiles import choose

        choose(asked.name)
        return self._list()

    # Started and looked at

    def _start(self, asked: p.StartCluster, operation: Operation) -> p.ClusterRow:
        from ...schemes.ipython.definitions import Definition
        from ...schemes.ipython.variables import refuse_odd

        refuse_odd(asked.variables)
        definition = Definition(
            launcher=asked.launcher,
            engines=asked.engines or None,
            profile=asked.name.profile,
            cluster_id=asked.name.cluster_id,
            python=asked.python,
            niceness=asked.niceness,
            env=asked.variables,
            encrypt=asked.encrypt,
            deadline=asked.deadline,
        )
        with self._changing(asked.name, operation) as tended:
            tended.start(definition, operation)
        return tended.row()

    def _add(self, asked: p.AddEngines, operation: Operation) -> p.ClusterRow:
        if asked.engines < 1:
            raise UsageError(f"the number of engines must be a whole number from 1 on, not {asked.engines}")
        with self._changing(asked.name, operation) as tended:
            tended.add(asked.engines, asked.deadline, operation)
        return tended.row()

    def _watch(self, asked: p.WatchCluster, _operation: Operation) -> p.ClusterRow:
        row = self.clusters.tended(asked.name).row()
        self.clusters.watch(asked.name, asked.seconds)
        return row

    @contextlib.contextmanager
    def _changing(self, name: p.ClusterName, operation: Operation) -> Iterator[Tended]:
        tended = self.clusters.tended(name)
        with tended.changing(operation):
            yield tended

    # Engines

    def _act(self, asked: p.ActOnEngines, operation: Operation) -> p.ClusterRow:
        with self._changing(asked.name, operation) as tended:
            tended.act(asked.deed, asked.engines, asked.deadline, operation)
        return tended.row()

    def _execute(self, asked: p.ExecuteOn, operation: Operation) -> p.Outcomes:
        from ...schemes.ipython.statements import chosen_engines, execute

        cluster = self.clusters.tended(asked.name).connected()
        engines = chosen_engines(cluster, asked.engines or None, None, {})
        outcomes = execute(cluster, asked.statement, engines, asked.deadline, operation.say)
        return p.Outcomes(rows=tuple(p.OutcomeRow(**asdict(one)) for one in outcomes))

    def _set_variables(self, asked: p.SetVariables, operation: Operation) -> p.Done:
        self.clusters.tended(asked.name).set_variables(asked.variables, asked.deadline, operation)
        return p.Done()

    def _logs(self, asked: p.AskLogs, _operation: Operation) -> p.Logs:
        from .cluster_logs import logs

        return logs(asked.name, asked.file, asked.lines)

    # Ends

    def _let_go(self, asked: p.LetGo, operation: Operation) -> p.StillThere:
        with self._changing(asked.name, operation) as tended:
            if asked.fate == "leave":
                operation.say("leaving it running")
                tended.leave()
                return p.StillThere()
            operation.say("ending its processes")
            return p.StillThere(processes=tended.stop(asked.deadline, also_left=True))

    def _end_by_force(self, asked: p.EndByForce, operation: Operation) -> p.StillThere:
        with self._changing(asked.name, operation) as tended:
            return p.StillThere(processes=tended.end_by_force())

    def _shut_down(self, asked: p.ShutDownCluster, operation: Operation) -> p.StillThere:
        with self._changing(asked.name, operation) as tended:
            operation.say("asking its controller to end")
            return p.StillThere(processes=tended.shut_down(asked.deadline))

    def _take_leftover(self, asked: p.TakeLeftover, operation: Operation) -> p.StillThere:
        from ...schemes.ipython.ledger import Ledger
        from .cluster_rows import is_addressable, name_of, place_of

        record = Ledger().read(asked.record)
        if record is None:
            raise ClusterError("there is nothing left of it")
        address = place_of(record)
        if asked.what == "attach" and not is_addressable(address):
            raise ClusterError("its profile is not where profiles are looked for", where=str(address.profile_dir))
        with self._changing(name_of(address), operation) as tended:
            return p.StillThere(processes=tended.take_leftover(asked.what, operation))
