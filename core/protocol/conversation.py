"""All messages that there are, which answer belongs to which request, and how they are written and read."""

from __future__ import annotations

from typing import Any, Union

import msgspec

from . import clusters, documents, leaving, message, modules, runs, schemes, session
from .message import Answer, Doing, Message, ProtocolError, Refusal, Request, Warned

ANSWERS: dict[type[Request], type[Message]] = {
    message.CancelRequest: message.Done,
    session.Hello: session.Welcome,
    session.Ping: message.Done,
    session.Detach: session.Detached,
    session.Shutdown: message.Done,
    modules.ListModules: modules.ModuleList,
    modules.DescribeFunctions: modules.Descriptions,
    documents.CheckDocument: documents.ProblemList,
    documents.AskFreshness: documents.FreshnessList,
    documents.AskTrust: documents.TrustState,
    documents.GiveTrust: message.Done,
    runs.StartRun: runs.RunStarted,
    runs.PauseRun: message.Done,
    runs.ResumeRun: message.Done,
    runs.CancelRun: message.Done,
    runs.AskTask: runs.TaskDetails,
    runs.AskAttempts: runs.AttemptList,
    runs.ForgetRun: message.Done,
    schemes.AskSchemes: schemes.SchemeReasons,
    schemes.TryScheme: schemes.SchemeTried,
    clusters.AskClusters: clusters.ClusterList,
    clusters.MakeProfile: clusters.ClusterList,
    clusters.ChooseProfile: clusters.ClusterList,
    clusters.StartCluster: clusters.ClusterRow,
    clusters.AddEngines: clusters.ClusterRow,
    clusters.WatchCluster: clusters.ClusterRow,
    clusters.ActOnEngines: clusters.ClusterRow,
    clusters.ExecuteOn: clusters.Outcomes,
    clusters.SetVariables: message.Done,
    clusters.AskLogs: clusters.Logs,
    clusters.LetGo: clusters.StillThere,
    clusters.EndByForce: clusters.StillThere,
    clusters.ShutDownCluster: clusters.StillThere,
    clusters.TakeLeftover: clusters.StillThere,
    leaving.AskAlive: leaving.Alive,
    leaving.Leave: leaving.Left,
}
"""Every request, with the answer that it gets if it is not refused."""

News = runs.RunNews | runs.RunOver | Warned | Doing | clusters.ClusterNews
Sent = Answer | Refusal | News

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Union[tuple(ANSWERS)])  # noqa: UP007 - the types are in a table
_sent: msgspec.json.Decoder[Sent] = msgspec.json.Decoder(Sent)


def line_of(message: Message) -> bytes:
    """Return a message as a line."""
    return encoded(message) + b"\n"


def encoded(message: Message) -> bytes:
    """Return a message as JSON; halves of characters, which the name of a file may have, are told as escapes."""
    try:
        return _encoder.encode(message)
    except UnicodeEncodeError:
        return _encoder.encode(_whole(msgspec.to_builtins(message)))


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list() | tuple():
            return [_whole(item) for item in value]
        case dict():
            return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def request_of(line: bytes) -> Request:
    """Return the request that a line holds; ProtocolError if it holds none."""
    try:
        return _requests.decode(line)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"the window sent what is no request: {error}") from error


def sent_of(line: bytes) -> Sent:
    """Return what a line of the runner holds; ProtocolError if it is no message."""
    try:
        return _sent.decode(line)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"the runner sent what is no message: {error}") from error


_answers: dict[type[Request], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(answer) for kind, answer in ANSWERS.items()
}
# All decoders are made here, before there are threads: two that work out the types of one at once crash the process.


def answer_to(request: Request, answer: Answer) -> Any:
    """Return the value of an answer in the type that belongs to the request; ProtocolError if it is of another."""
    try:
        return _answers[type(request)].decode(answer.value)
    except msgspec.MsgspecError as error:
        raise ProtocolError(f"the runner's answer to {type(request).__name__} cannot be read: {error}") from error
