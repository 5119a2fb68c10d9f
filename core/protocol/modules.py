"""Messages about the modules that can be placed."""

from __future__ import annotations

from ..modules import Module
from .documents import Document
from .message import Message, Request


class ListModules(Request, tag="list-modules"):
    """Find all modules; answered by ModuleList. ``deadline`` is for each that has to be imported, in seconds."""

    deadline: float = 2.0


class DescribeFunctions(Request, tag="describe-functions"):
    """Describe functions by import path, in a process of its own; answered by Descriptions."""

    paths: tuple[str, ...]
    document: Document | None = None
    deadline: float = 30.0


class BrokenSource(Message):
    """A plug-in or a user's file whose modules cannot be had, and why."""

    name: str
    reason: str


class ModuleList(Message):
    """All modules that can be placed."""

    modules: tuple[Module, ...]
    broken: tuple[BrokenSource, ...] = ()


class Description(Message):
    """What a path names: a module, or why it is none."""

    path: str
    module: Module | None = None
    message: str = ""
    remedy: str = ""


class Descriptions(Message):
    """One for each path that was asked for."""

    found: tuple[Description, ...]
