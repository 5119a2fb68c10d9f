"""Writes what stands in a pipeline as bytes: parameters, secrets without their values, files, groups run as one."""

from __future__ import annotations

import contextlib
import os
import pickletools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..planning.plan import Constant, Swept
from ..worker.call import Given
from ..worker.digest import Canonical, FileDigests, UndigestedError
from ..worker.secrets import Secrets, UnsetVariableError, referenced_names
from ..worker.unit import Program, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..planning.plan import PlanNode
    from ..worker.call import Form
    from ..worker.unit import Member, Wired
    from .evidence import Evidence
    from .fingerprints import Fingerprints
    from .signing import Signer

_SEARCHED = 1 << 20
"""In so many bytes of a pickle the names of modules are looked for."""


class NoFiles(FileDigests):
    """Stands in where the contents of files do not count."""

    def __init__(self) -> None:
        super().__init__(None)

    def digest(self, path: Path) -> bytes:  # noqa: ARG002 - all alike
        """Return nothing."""
        return b""


class RunFiles(FileDigests):
    """Looks at each file once: during a run a file that enters the pipeline counts as it was at first."""

    def __init__(self, files: FileDigests, evidence: Evidence) -> None:
        super().__init__(None)
        self._files = files
        self._evidence = evidence

    def digest(self, path: Path) -> bytes:
        """Return the digest of a file or directory, as it was when it was first asked for."""
        return self._evidence.take(path, self._files.digest, self._files.digest)


class Parameters(Canonical):
    """Writes the parameters of nodes; of a secret the bytes hold a signature, from which nobody can tell it."""

    def __init__(self, files: FileDigests, fingerprints: Fingerprints, signer: Signer) -> None:
        super().__init__(files)
        self._fingerprints = fingerprints
        self._signer = signer

    def parameter(self, value: Any, kind: str) -> bytes:
        """Return the bytes of a parameter; ``kind`` is what ``coercions`` says of its port."""
        if kind == "path" and isinstance(value, str):
            return self._file(value)
        if kind == "paths" and isinstance(value, list | tuple):
            return b"P%d:" % len(value) + b"".join(self.parameter(item, "path") for item in value)
        try:
            return b"".join(self.pieces(value))
        except RecursionError:
            raise UndigestedError("the parameter is too deeply nested") from None

    def text(self, value: str) -> bytes:
        """Return the bytes of a text, with a signature of each secret it refers to."""
        plain = super().text(value)
        if "${env:" not in value:
            return plain
        names = sorted(referenced_names(value))
        return plain + b"".join(self._signer.sign(b"secret", name.encode(), _secret(name)) for name in names)

    def _file(self, text: str) -> bytes:
        try:
            place = Secrets().resolve(text)
        except UnsetVariableError as error:
            raise UndigestedError(str(error)) from None
        return b"p" + self.text(text) + self.files.digest(Path(place))

    def other(self, value: Any) -> Iterator[bytes | memoryview]:
        """Go through the bytes of what is no plain value."""
        if isinstance(value, Program):
            yield from self._program(value)
        else:
            for piece in super().other(value):
                yield piece
                yield from self._code_named_in(bytes(piece[:_SEARCHED]))

    def _code_named_in(self, pickled: bytes) -> Iterator[bytes]:
        """Go through the fingerprints of the modules that a pickle names: their code makes the value what it is."""
        named: set[str] = set()
        # It may be no pickle but a buffer, or it was cut.
        with contextlib.suppress(Exception):
            named.update(text for _, text, _ in pickletools.genops(pickled) if isinstance(text, str))
        for name in sorted(named & sys.modules.keys()):
            yield self._fingerprints.of_module(name) or b""

    # Groups that run as one task

    def _program(self, program: Program) -> Iterator[bytes | memoryview]:
        axes = [(axis.label, axis.lists, axis.labels, axis.sizes) for axis in program.axes]
        yield from self.pieces(("unit", program.inputs, program.outputs, axes))
        for member in program.members:
            yield from self._member(member)

    def _member(self, member: Member) -> Iterator[bytes | memoryview]:
        form = member.call.form
        yield self._fingerprints.of(form.target)
        yield from self.pieces((told_of(form), sorted(form.split), sorted(form.flags)))
        yield from self.pieces((member.axes, member.merges, member.tolerated))
        for port, argument in member.call.arguments.items():
            yield self.text(port)
            yield from self.pieces(argument.value if isinstance(argument, Given) else argument)
        for entry in member.inputs:
            yield from self._entry(entry, form.coerce.get(entry.port, ""))

    def _entry(self, entry: Written | Wired, kind: str) -> Iterator[bytes | memoryview]:
        if isinstance(entry, Written):
            yield from self.pieces(("written", entry.port, entry.axis, len(entry.values)))
            yield from (self.parameter(value, kind) for value in entry.values)
            return
        join = entry.join
        joined = None if join is None else (join.axes, join.tolerant, join.nested, join.with_labels)
        yield from self.pieces(("wired", entry.port, entry.member, entry.output, entry.item, joined))
        yield b"" if entry.apply is None else self._fingerprints.of(entry.apply)


def told_of(form: Form) -> tuple[Any, ...]:
    """Return how a function is called and its result read, as far as the values depend on it."""
    return (
        form.outputs, form.fields, form.positional, form.variadic, tuple(sorted(form.coerce.items())),
        tuple(sorted(form.mutates)),
    )  # fmt: skip


def holds_no_files(node: PlanNode) -> bool:
    """Say whether all that the pipeline holds for a node is numbers and texts, and no names of files."""
    if any(kind in {"path", "paths"} for kind in node.module.coercions.values()):
        return False
    written = (value for one in node.inputs if isinstance(one, Constant | Swept) for value in _values(one))
    plain = all(value is None or type(value) in _PLAIN for value in written)
    return plain and all(getattr(one, "apply", None) is None for one in node.inputs)


def _values(one: Constant | Swept) -> Sequence[Any]:
    return (one.value,) if isinstance(one, Constant) else one.values


_PLAIN = frozenset({bool, int, float, str})


def _secret(name: str) -> bytes:
    value = os.environ.get(name)
    if value is None:
        raise UndigestedError(f"the environment variable {name} is not set here")
    return os.fsencode(value)
