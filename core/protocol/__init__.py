"""What a window and a runner say to each other: one JSON document a line, requests one way, all else the other way.

The runner writes MAGIC on a line of its own first: what a login shell prints before it does no harm. Then the window
sends Hello, and each request gets one Answer or one Refusal with its number; News come as they happen.
"""

from .clusters import (
    ActOnEngines,
    AddEngines,
    AskClusters,
    AskLogs,
    ChooseProfile,
    ClusterList,
    ClusterName,
    ClusterNews,
    ClusterRow,
    Deed,
    EndByForce,
    EngineRow,
    ExecuteOn,
    Fate,
    Leftover,
    LetGo,
    Living,
    Logs,
    LogText,
    MakeProfile,
    OutcomeRow,
    Outcomes,
    ProfileRow,
    SetVariables,
    ShutDownCluster,
    StartCluster,
    StillThere,
    TakeLeftover,
    WatchCluster,
)
from .conversation import ANSWERS, News, Sent, answer_to, encoded, line_of, request_of, sent_of
from .documents import (
    AskFreshness,
    AskTrust,
    CheckDocument,
    CodePlace,
    Document,
    FreshnessList,
    GiveTrust,
    NodeFresh,
    ProblemList,
    TrustState,
)
from .leaving import Alive, AliveRun, AskAlive, Leave, Left
from .message import (
    MAGIC,
    MOST_BYTES,
    VERSION,
    Answer,
    CancelRequest,
    Doing,
    Done,
    Message,
    ProtocolError,
    Refusal,
    Request,
    Warned,
)
from .modules import BrokenSource, DescribeFunctions, Description, Descriptions, ListModules, ModuleList
from .runs import (
    AskAttempts,
    AskTask,
    AttemptList,
    AttemptRow,
    CancelRun,
    ForgetRun,
    LogLine,
    NodeRow,
    PauseRun,
    PlannedNode,
    ResumeRun,
    RunNews,
    RunOptions,
    RunOver,
    RunStarted,
    StartRun,
    TaskDetails,
    TaskRow,
)
from .schemes import AskSchemes, Candidate, NodeSchemes, SchemeReasons, SchemeSettings, SchemeTried, TryScheme
from .session import Detach, Detached, Hello, Ping, Shutdown, Welcome

__all__ = [
    "ANSWERS", "ActOnEngines", "AddEngines", "Alive", "AliveRun", "Answer", "AskAlive", "AskAttempts",
    "AskClusters", "AskFreshness", "AskLogs", "AskSchemes", "AskTask", "AskTrust", "AttemptList", "AttemptRow",
    "BrokenSource", "CancelRequest", "CancelRun", "Candidate", "CheckDocument", "ChooseProfile", "ClusterList",
    "ClusterName", "ClusterNews", "ClusterRow", "CodePlace", "Deed", "DescribeFunctions", "Description",
    "Descriptions", "Detach", "Detached", "Document", "Doing", "Done", "EndByForce", "EngineRow", "ExecuteOn",
    "Fate", "ForgetRun", "FreshnessList", "GiveTrust", "Hello", "Leave", "Left", "Leftover", "LetGo", "ListModules",
    "Living", "LogLine", "LogText", "Logs", "MAGIC", "MOST_BYTES", "MakeProfile", "Message", "ModuleList", "News",
    "NodeFresh", "NodeRow", "NodeSchemes", "OutcomeRow", "Outcomes", "PauseRun", "Ping", "PlannedNode",
    "ProblemList", "ProfileRow", "ProtocolError", "Refusal", "Request", "ResumeRun", "RunNews", "RunOptions",
    "RunOver", "RunStarted", "SchemeReasons", "SchemeSettings", "SchemeTried", "Sent", "SetVariables",
    "ShutDownCluster", "Shutdown", "StartCluster", "StartRun", "StillThere", "TakeLeftover", "TaskDetails", "TaskRow",
    "TrustState", "TryScheme", "VERSION", "Warned", "WatchCluster", "Welcome", "answer_to", "encoded", "line_of",
    "request_of", "sent_of",
]  # fmt: skip
