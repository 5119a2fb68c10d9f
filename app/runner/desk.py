"""Carries out the requests of a window, each with one answer or one refusal."""

from __future__ import annotations

import os
import platform
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...core import protocol as p
from ...core.background import BackgroundThread
from ...core.errors import InternalError, TreadleError, UsageError
from .documents import code_in, is_trusted, pipeline_of
from .operations import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .operations import Operation, Operations
    from .runs import Runs

_AT_ONCE = (p.Hello, p.Ping, p.PauseRun, p.ResumeRun, p.CancelRun, p.AskTask, p.CancelRequest)
"""Requests that take no time: they are never behind one that does."""


class Desk:
    """Takes requests from the line's thread; what may take long has a thread of its own."""

    def __init__(
        self,
        runs: Runs,
        send: Callable[[p.Message], None],
        operations: Operations,
        long: Mapping[type[p.Request], Callable[[Any, Operation], p.Message]],
    ) -> None:
        self._runs, self._send, self._operations, self._long = runs, send, operations, long
        self._greeted = False
        self._carry_out: dict[type[p.Request], Callable[[Any], p.Message]] = {
            p.Hello: self._hello,
            p.Ping: lambda _asked: p.Done(),
            p.CancelRequest: self._give_up,
            p.ListModules: _list_modules,
            p.DescribeFunctions: _describe,
            p.CheckDocument: _check,
            p.AskFreshness: _freshness,
            p.AskAttempts: self._attempts,
            p.TryScheme: _try_scheme,
            p.AskTrust: _ask_trust,
            p.GiveTrust: _give_trust,
            p.PauseRun: self._pause,
            p.ResumeRun: self._resume,
            p.CancelRun: self._cancel,
            p.AskTask: lambda asked: runs.task(asked.run, asked.task),
            p.ForgetRun: self._forget,
        }

    def take(self, request: p.Request) -> None:
        """Carry a request out, now or in a thread of its own."""
        if not self._greeted and not isinstance(request, p.Hello):
            self.refuse(request, UsageError("the first request must be Hello"))
        elif isinstance(request, _AT_ONCE):
            self._answer(request)
        elif type(request) in self._long:
            # Taken note of here: the next request may be to give it up.
            operation = self._operations.begin(request.number)
            args = request, operation
            BackgroundThread(target=self._carry_out_long, args=args, name="treadle-request", daemon=True).start()
        else:
            BackgroundThread(target=self._answer, args=(request,), name="treadle-request", daemon=True).start()

    def _answer(self, request: p.Request) -> None:
        try:
            if isinstance(request, p.StartRun):
                self._start(request)
                return
            self.answer(request, self._carry_out[type(request)](request))
        except Exception as error:  # noqa: BLE001 - a request must never go unanswered
            self.refuse(request, _told(request, error))

    def _carry_out_long(self, request: p.Request, operation: Operation) -> None:
        try:
            self.answer(request, self._long[type(request)](request, operation))
        except Exception as error:  # noqa: BLE001 - a request must never go unanswered
            given_up = CancelledError("it was given up")
            self.refuse(request, given_up if operation.cancelled else _told(request, error))
        finally:
            self._operations.end(operation)

    def answer(self, request: p.Request, value: p.Message) -> None:
        """Send the answer to a request."""
        self._send(p.Answer(number=request.number, value=msgspec.Raw(p.encoded(value))))

    def refuse(self, request: p.Request, error: TreadleError) -> None:
        """Say why a request is not carried out."""
        kind = type(error).__name__
        refusal = p.Refusal(
            number=request.number, kind=kind, message=error.message, where=error.where, remedy=error.remedy
        )
        self._send(refusal)

    # Requests

    def _hello(self, asked: p.Hello) -> p.Welcome:
        if asked.version != p.VERSION:
            raise UsageError(
                f"the window speaks version {asked.version} of the protocol, and this runner version {p.VERSION}",
                where=socket.gethostname(),
                remedy="Install the same Treadle on both",
            )
        self._greeted = True
        return _welcome()

    def _start(self, asked: p.StartRun) -> None:
        started = self._runs.prepare(pipeline_of(asked.document), asked.options, trust=asked.trust)
        # The answer comes first: news of a run whose name nobody knows would be lost.
        self.answer(asked, started)
        self._runs.begin(started.run)

    def _pause(self, asked: p.PauseRun) -> p.Done:
        self._runs.pause(asked.run)
        return p.Done()

    def _resume(self, asked: p.ResumeRun) -> p.Done:
        self._runs.resume(asked.run, asked.breakpoints)
        return p.Done()

    def _give_up(self, asked: p.CancelRequest) -> p.Done:
        self._operations.cancel(asked.asked)
        return p.Done()

    def _cancel(self, asked: p.CancelRun) -> p.Done:
        self._runs.cancel(asked.run, asked.nodes, asked.tasks)
        return p.Done()

    def _attempts(self, asked: p.AskAttempts) -> p.AttemptList:
        from .reasons import earlier_attempts

        return earlier_attempts(asked, self._runs)

    def _forget(self, asked: p.ForgetRun) -> p.Done:
        self._runs.forget(asked.run, when_over=asked.when_over)
        return p.Done()


def _told(request: p.Request, error: Exception) -> TreadleError:
    """Return an error as the window is told it."""
    if isinstance(error, TreadleError):
        return error
    return InternalError(f"{type(request).__name__}: {type(error).__name__}: {error}")


def _welcome() -> p.Welcome:
    from ... import __version__
    from ...core.worker.machine import cores
    from ..options import memory_gb
    from ..schemes import scheme_names

    return p.Welcome(
        version=p.VERSION,
        treadle=__version__,
        python=platform.python_version(),
        host=socket.gethostname(),
        pid=os.getpid(),
        cores=cores(),
        memory_gb=memory_gb(),
        schemes=scheme_names(),
    )


def _list_modules(asked: p.ListModules) -> p.ModuleList:
    from ...core.registry.registry import Registry

    found = Registry().catalogue(asked.deadline)
    broken = tuple(p.BrokenSource(name=name, reason=reason) for name, reason in (*found.broken, *_broken_at_sight()))
    return p.ModuleList(modules=tuple(found.modules.values()), broken=broken)


def _broken_at_sight() -> Iterator[tuple[str, str]]:
    """Yield what plug-ins offer besides modules and what can be seen to be broken without importing it."""
    from ...core.registry.scheme_plugins import all_scheme_plugins
    from ..examples import plugged_examples

    for plugin in all_scheme_plugins():
        if plugin.why:
            yield f"{plugin.name} ({plugin.origin}, treadle.schemes)", plugin.why
    for name, origin, why in plugged_examples()[1]:
        yield f"{name} ({origin}, treadle.examples)", why


def _try_scheme(asked: p.TryScheme) -> p.SchemeTried:
    from ...core.registry.scheme_plugins import scheme_plugins, why_broken

    plugin = scheme_plugins().get(asked.name)
    return p.SchemeTried(why="it is not installed where the runner is" if plugin is None else why_broken(plugin))


def _describe(asked: p.DescribeFunctions) -> p.Descriptions:
    from ...core.registry.describer import Describer
    from ..search import search_path

    beside = [] if asked.document is None else search_path(pipeline_of(asked.document))
    with Describer([*sys.path, *map(str, beside)]) as describer:
        found = describer.describe(asked.paths, asked.deadline)
    return p.Descriptions(
        found=tuple(
            p.Description(path=path, message=one.message, remedy=one.remedy)
            if isinstance(one, TreadleError)
            else p.Description(path=path, module=one)
            for path, one in found.items()
        )
    )


def _check(asked: p.CheckDocument) -> p.ProblemList:
    return p.ProblemList(problems=tuple(pipeline_of(asked.document).check()))


def _freshness(asked: p.AskFreshness) -> p.FreshnessList:
    from ...core.cache.signing import user_signer
    from ...core.cache.store import Cache, default_folder
    from ..freshness import freshness
    from ..session import refuse_invalid

    pipeline = pipeline_of(asked.document)
    refuse_invalid(pipeline)
    signer = user_signer()
    cache = Cache(Path(asked.cache_folder) if asked.cache_folder else default_folder(), signer)
    try:
        found = freshness(pipeline, cache, signer)
    finally:
        cache.close(1.0)
    return p.FreshnessList(
        nodes=tuple(
            p.NodeFresh(
                node=one.node,
                state=one.state,
                reason=one.reason,
                tasks=-1 if one.tasks is None else one.tasks,
                stale=one.stale,
            )
            for one in found.values()
        )
    )


def _ask_trust(asked: p.AskTrust) -> p.TrustState:
    pipeline = pipeline_of(asked.document)
    code = code_in(pipeline)
    return p.TrustState(trusted=not code or is_trusted(pipeline), code=code)


def _give_trust(asked: p.GiveTrust) -> p.Done:
    from ...core.trust import TrustStore
    from ..session import refuse_invalid

    pipeline = pipeline_of(asked.document)
    # What cannot run cannot be judged either: what it would execute is known only once it is whole.
    refuse_invalid(pipeline)
    TrustStore().trust(pipeline)
    return p.Done()
