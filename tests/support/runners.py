"""A runner with a client whose answers can be waited for."""

from __future__ import annotations

import queue
from typing import Any

from treadle.app.runner.client import RunnerClient
from treadle.core import protocol as p
from treadle.core.document import encode
from treadle.core.errors import TreadleError

SECONDS = 60.0


class Talk:
    """A conversation with a runner of its own."""

    def __init__(self, command=()) -> None:
        self.news: queue.SimpleQueue[p.News] = queue.SimpleQueue()
        self.gone: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.client = RunnerClient(self.news.put, self.gone.put, command)

    def ask(self, kind, **facts) -> Any:
        """Return the answer; a refusal is raised."""
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.client.ask(kind, answers.put, **facts)
        answer = answers.get(timeout=SECONDS)
        if isinstance(answer, TreadleError):
            raise answer
        return answer

    def start(self, pipeline, *, trust=True, **options) -> p.RunStarted:
        return self.ask(p.StartRun, document=document(pipeline), options=p.RunOptions(**options), trust=trust)

    def until(self, kind, wanted=lambda _news: True) -> Any:
        """Take news until there is one of this kind that is wanted."""
        while True:
            news = self.news.get(timeout=SECONDS)
            if isinstance(news, kind) and wanted(news):
                return news

    def until_task(self, task, state) -> p.TaskRow:
        """Take news until a task is in this state."""
        while True:
            for row in self.until(p.RunNews).tasks:
                if row.task == task and row.state == state:
                    return row


def greeted() -> Talk:
    """Return a conversation with a new runner."""
    talk = Talk()
    talk.ask(p.Hello)
    return talk


def document(pipeline) -> p.Document:
    return p.Document(text=encode(pipeline).decode(), file=str(pipeline.file or ""))
