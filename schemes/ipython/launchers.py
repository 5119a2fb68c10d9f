"""Ways to start controllers and engines: here, as processes of this machine."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import ipyparallel as ipp
import msgspec
from ipyparallel.cluster import launcher as library

from ...core.background import hear_signals
from ...core.errors import ClusterError
from .ledger import Started
from .proof import MARK, proof_of
from .quiet import library_log

CONTROLLER_ARGUMENTS = ("--nodb", "--HeartMonitor.period=500", "--IPController.broadcast_scheduler_depth=0")
_QUIET = "--log-level=WARN"
"""Else each task costs a line in the log of the controller and one in that of its engine."""
_CURVE = "--IPController.enable_curve=True"
LOOPBACK = "127.0.0.1"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be started: where, how many, how.

    ``mark`` is put into the environment of all of it. ``env`` is for the engines; it never appears in a command line.
    """

    profile_dir: Path
    cluster_id: str
    engines: int
    logs: Path
    mark: str
    env: dict[str, str] = {}
    python: str = sys.executable
    niceness: int = 0
    listen: str = LOOPBACK
    encrypt: bool = True
    seconds: float = 60.0


class Ended(NamedTuple):
    """A process that we started has ended: what it was, its number, and its exit code where that is known."""

    role: str
    uuid: str
    pid: int
    code: int | None


class Listener(Protocol):
    """Hears, in the thread of the loop, of processes or jobs."""

    def started(self, one: Started) -> None:
        """Note that a process is there; called before anything else happens to it."""

    def ended(self, one: Ended) -> None:
        """Note that a process has ended."""


class Launcher(Protocol):
    """A way to start the processes of a cluster."""

    def prepare(self, order: Order, listener: Listener, *, foreign: bool) -> ipp.Cluster:
        """Return a cluster that has not been started.

        ``foreign`` says that the controller is somebody else's: only engines will be started, and none of its files
        be touched.
        """

    def controller_options(self, order: Order) -> dict[str, Any]:
        """Return what ``start_controller`` is to be called with."""


class LocalLauncher:
    """Starts processes of this machine, in sessions of their own, each with a log of its own."""

    def prepare(self, order: Order, listener: Listener, *, foreign: bool) -> ipp.Cluster:
        """Return a cluster that will start its processes here."""
        cluster = ipp.Cluster(
            profile_dir=str(order.profile_dir),
            cluster_id=order.cluster_id,
            parent=None,
            log=library_log(),
            shutdown_atexit=False,
            delay=0,
            controller_launcher_class=LocalController,
            engine_launcher_class=LocalEngines,
            **({"cluster_file": ""} if foreign else {}),
        )
        arguments = [*CONTROLLER_ARGUMENTS, _QUIET, *([_CURVE] if order.encrypt else [])]
        cluster.controller_args = [*cluster.controller_args, *arguments]
        cluster.controller_ip = order.listen
        cluster.order, cluster.listener = order, listener
        return cluster

    def controller_options(self, order: Order) -> dict[str, Any]:
        """Return its log, its mark and its Python."""
        return {
            "output_file": str(order.logs / "controller.log"),
            "environment": {MARK: order.mark},
            "controller_cmd": [order.python, "-m", "ipyparallel.controller"],
            "connection_info_timeout": order.seconds,
        }


class _Process:
    """What a process of ours does in another way than the library: it hears signals, and its log stays."""

    def start(self) -> None:
        """Start it; ClusterError if its program cannot be started."""
        # The thread of the loop takes no signals, and what it starts would inherit that.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
        hear_signals()
        try:
            super().start()  # type: ignore[misc]
        except OSError as error:
            program = self.args[0]  # type: ignore[attr-defined]
            remedy = "Name a Python that has ipyparallel installed, or none, for that of Treadle"
            raise ClusterError(
                f"{program} cannot be started: {error.strerror}", where="cluster", remedy=remedy
            ) from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def get_output(self, remove: bool = False) -> str:  # noqa: ARG002, FBT001 - as the library calls it
        """Return nothing and remove nothing: the log is the user's."""
        return ""


class LocalController(_Process, library.LocalControllerLauncher):  # type: ignore[misc]  # the library has no types
    """A controller on this machine."""

    def start(self) -> None:
        """Start it and report it."""
        self.on_stop(lambda data: self.parent.listener.ended(_ended("controller", "", data)))
        super().start()
        _report(self, "controller", "")


class LocalEngine(_Process, library.LocalEngineLauncher):  # type: ignore[misc]  # the library has no types
    """An engine on this machine."""


class LocalEngines(library.LocalEngineSetLauncher):  # type: ignore[misc]  # the library has no types
    """Some engines on this machine, all started at once; each is known by a name of ours."""

    def start(self, n: int) -> None:
        """Start them and report each."""
        order: Order = self.parent.order
        self.n = n
        self.notify_start([])
        for _ in range(n):
            self._start_one(order)

    def _start_one(self, order: Order) -> None:
        uuid = secrets.token_hex(16)
        engine = LocalEngine(
            work_dir=self.work_dir,
            parent=self,
            log=self.log,
            profile_dir=self.profile_dir,
            cluster_id=self.cluster_id,
            environment={**self.environment, **order.env, MARK: order.mark},
            identifier=uuid,
            output_file=str(order.logs / f"engine-{uuid}.log"),
        )
        engine.engine_cmd = [order.python, "-m", "ipyparallel.engine"]
        engine.engine_args = [*self.engine_args, _QUIET, f"--Session.session={uuid}"]
        self.launchers[uuid] = engine
        engine.on_stop(self._notice_engine_stopped)
        engine.on_stop(lambda data: self.parent.listener.ended(_ended("engine", uuid, data)))
        try:
            engine.start()
        except BaseException:
            del self.launchers[uuid]
            raise
        if order.niceness:
            os.setpriority(os.PRIO_PROCESS, engine.pid, order.niceness)
        _report(engine, "engine", uuid)


def _report(launcher: Any, role: str, uuid: str) -> None:
    """Tell of a process that was started; one that has ended already is not told of."""
    cluster = launcher.parent if role == "controller" else launcher.parent.parent
    if proof := proof_of(launcher.pid):
        cluster.listener.started(Started(role, proof, uuid, launcher.output_file))


def _ended(role: str, uuid: str, data: dict[str, Any]) -> Ended:
    code = data.get("exit_code")
    return Ended(role, uuid, int(data.get("pid", 0)), None if code is None else int(code))


LAUNCHERS: dict[str, Launcher] = {"local": LocalLauncher()}
