"""The scheme's end of the connection to a cluster: requests with deadlines, whose answers come through one inbox."""

from __future__ import annotations

import contextlib
import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

import ipyparallel as ipp

from ...core.background import BackgroundThread
from .contact import watch_contact
from .remote.messages import LIVE, REQUEST, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.deadlines import Deadlines

    Tell = Callable[[Callable[[], None]], None]
    Answered = Callable[[Any], None]

CONTROL_SECONDS = 10.0
"""In which an engine that is alive answers on its control channel, unless a module holds the interpreter."""


class RequestError(Exception):
    """A request was not answered, or not as it should have been."""


class NoAnswerError(RequestError):
    """A request was not answered in time."""


class Request:
    """One message that was sent, until it is answered or given up.

    What ``tells`` more than its answer stays in the client's books until it is forgotten: the answer can overtake that.
    """

    def __init__(self, number: int, uuid: str, answered: Answered) -> None:
        self.number, self.uuid = number, uuid
        self.message = ""
        self.answered: Answered | None = answered
        self.tells = False


class Link:
    """Sends requests to engines and to the hub.

    All methods are called by one thread, the one that calls what ``tell`` is given; ipyparallel's own thread only hands
    over. Each request is answered once, with what came or a RequestError; not at all once it was forgotten. Nothing is
    left of an answered request in the client, whose books would grow without end.
    """

    def __init__(self, client: Any, tell: Tell, deadlines: Deadlines) -> None:
        self._client, self._tell, self._deadlines = client, tell, deadlines
        self._numbers = itertools.count()
        self.waiting: set[Request] = set()

    def engines(self) -> dict[int, str]:
        """Return the engines that are registered now: their numbers and names."""
        return dict(self._client._engines)

    def watch(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called whenever an engine comes or goes."""
        self._client._registration_callbacks.append(lambda _event: self._tell(changed))

    def watch_contact(self, broken: Callable[[], None]) -> None:
        """Have ``broken`` called once a part of the controller has gone; one that is cut off for a moment has not."""
        watch_contact(self._client, lambda: self._tell(broken))

    # Requests

    def apply(
        self, uuid: str, entry: str, given: tuple[Any, ...], answered: Answered, heard: Answered | None = None
    ) -> Request:
        """Have an engine call what the expression ``entry`` stands for, in its turn; there is no deadline.

        ``heard`` is given what it tells meanwhile; such a request is to be forgotten when all was heard.
        """
        request = Request(next(self._numbers), uuid, answered)
        request.tells = heard is not None

        def hook(future: Any) -> None:
            if heard is not None:
                future.iopub_callbacks.append(partial(self._live, heard))

        client = self._client
        self._sent(
            request,
            lambda: client.send_apply_request(
                client._mux_stream, ipp.Reference(entry), given, {}, ident=uuid.encode(), message_future_hook=hook
            ),
        )
        return request

    def ask(self, uuid: str, verb: str, payload: Any, answered: Answered, seconds: float = CONTROL_SECONDS) -> Request:
        """Ask an engine something that it answers beside its work."""
        return self._control(uuid, REQUEST, {}, [dumps((verb, dumps(payload)))], answered, seconds)

    def signal(
        self,
        uuid: str,
        number: int,
        answered: Answered = lambda _answer: None,
        seconds: float = CONTROL_SECONDS,
    ) -> None:
        """Send a signal to the process of an engine, through the nanny at its side, which answers."""
        self._control(uuid, "signal_request", {"sig": int(number)}, None, answered, seconds)

    def _control(self, uuid: str, kind: str, content: Any, buffers: Any, answered: Answered, seconds: float) -> Request:
        request = Request(next(self._numbers), uuid, answered)
        client = self._client
        self._sent(
            request,
            lambda: client._send(client._control_stream, kind, content=content, buffers=buffers, ident=uuid.encode()),
        )
        self._deadlines.set(("request", request.number), seconds, partial(self._late, request))
        return request

    def hub(self, kind: str, content: Any, answered: Answered, seconds: float) -> Request:
        """Ask the hub something."""
        request = Request(next(self._numbers), "", answered)
        client = self._client
        self._sent(request, lambda: client._send(client._query_stream, kind, content=content))
        self._deadlines.set(("request", request.number), seconds, partial(self._late, request))
        return request

    def _sent(self, request: Request, send: Callable[[], Any]) -> None:
        self.waiting.add(request)
        try:
            future = send()
        except Exception as error:  # noqa: BLE001 - the client may be closed, or in any state
            text = f"{type(error).__name__}: {error}"
            self._tell(lambda: self._answer(request, RequestError(text)))
            return
        request.message = future.msg_id
        future.add_done_callback(partial(self._arrived, request))

    # What comes, in the client's own thread

    def _arrived(self, request: Request, future: Any) -> None:
        error = future.exception()
        self._tell(partial(self._answer, request, future.result() if error is None else error))

    def _live(self, heard: Answered, message: Any) -> None:
        if message["header"]["msg_type"] == LIVE:
            data = bytes(message["buffers"][0])
            self._tell(lambda: heard(loads(data)))

    # And in ours

    def _late(self, request: Request) -> None:
        self._answer(request, NoAnswerError("there was no answer in time"))

    def _answer(self, request: Request, answer: Any) -> None:
        if request.answered is None:
            return
        answered, request.answered = request.answered, None
        self.waiting.discard(request)
        if not request.tells:
            self.forget(request)
        answered(self._plain(answer))

    def _plain(self, answer: Any) -> Any:
        """Return what was answered, or a RequestError."""
        if isinstance(answer, RequestError):
            return answer
        if isinstance(answer, BaseException):
            return RequestError(
                f"{getattr(answer, 'ename', type(answer).__name__)}: {getattr(answer, 'evalue', answer)}"
            )
        if isinstance(answer, dict):
            return self._replied(answer)
        return answer

    def _replied(self, message: dict[str, Any]) -> Any:
        if not message.get("buffers"):
            return message["content"]
        kind, answer = loads(bytes(message["buffers"][0]))
        return answer if kind == "ok" else RequestError(str(answer))

    def forget(self, request: Request) -> None:
        """Wait no longer for an answer; leave nothing of the request in the client."""
        request.answered = None
        self.waiting.discard(request)
        self._deadlines.clear(("request", request.number))
        forget_message(self._client, request.message, request.uuid)

    def forget_engine(self, uuid: str) -> None:
        """Wait no longer for what an engine was asked: it is gone."""
        for request in [one for one in self.waiting if one.uuid == uuid]:
            self._answer(request, RequestError("the engine is gone"))
        self._client._outstanding_dict.pop(uuid, None)

    def close(self, seconds: float) -> None:
        """Give the connection back, in this time."""
        for request in list(self.waiting):
            request.answered = None
        self.waiting.clear()
        # Its own thread has to end for that, and it may hang.
        closing = BackgroundThread(target=self._client.close, kwargs={"linger": 0}, name="treadle-close", daemon=True)
        closing.start()
        closing.join(seconds)


def forget_message(client: Any, message: str, uuid: str) -> None:
    """Leave nothing in the books of a client of what was sent to an engine, answered or not."""
    with contextlib.suppress(ValueError):
        client.history.remove(message)
    client.outstanding.discard(message)
    for known in (client.results, client.metadata, client._futures, client._output_futures):
        known.pop(message, None)
    if uuid in client._outstanding_dict:
        client._outstanding_dict[uuid].discard(message)
