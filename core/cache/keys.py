"""Keys by lineage: what a task calls, with which parameters, and the keys of the tasks whose values it reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from blake3 import blake3

from ..planning.calls import call_form
from ..planning.plan import Constant, PlanNode, Swept
from ..worker.call import Applied, Argument, Given, Items, Labelled, Ref
from ..worker.digest import FileDigests, UndigestedError
from ..worker.files import placed
from ..worker.unit import Program
from .named_files import file_stamp
from .notes import Parts, wiring_of
from .parameters import NoFiles, Parameters, RunFiles, form_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..planning.plan import Plan
    from ..worker.call import Call
    from .entries import Key, NamedFile
    from .fingerprints import Fingerprints
    from .signing import Signer


class Settled(Protocol):
    """What counts of a result or of an entry for those who read it."""

    @property
    def items(self) -> Mapping[str, Sequence[str]]: ...  # noqa: D102 - see Result
    @property
    def digests(self) -> Mapping[tuple[str, int], bytes]: ...  # noqa: D102
    @property
    def files(self) -> Sequence[str | NamedFile]: ...  # noqa: D102


class _NodeForm:
    """What the keys of all tasks of a node have in common.

    ``fixed`` are the bytes of the inputs that are written in the pipeline; ``shape`` is how the result is kept, which
    does not count for those who read it.
    """

    __slots__ = ("base", "fixed", "kinds", "shape")

    def __init__(self, base: bytes, fixed: dict[str, bytes], kinds: Mapping[str, str], shape: bytes) -> None:
        self.base = base
        self.fixed = fixed
        self.kinds = kinds
        self.shape = shape


class NodeKeys:
    """The keys of the tasks of one run; relative paths among the parameters count from ``folder``.

    Used by one thread. Two tasks with one key give the same result: the ids of nodes do not count.
    """

    def __init__(
        self, plan: Plan, fingerprints: Fingerprints, signer: Signer, files: FileDigests, folder: Path
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._fingerprints = fingerprints
        self._parameters = Parameters(RunFiles(files), fingerprints, signer)
        self._plain = Parameters(NoFiles(), fingerprints, signer)
        self._forms: list[_NodeForm | str | None] = [None] * len(plan.nodes)
        self._bases: dict[tuple[Any, ...], bytes] = {}
        self._made: dict[str, bytes] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._digests: dict[tuple[str, str, int], bytes] = {}
        self._cached = [is_cached(node) for node in plan.nodes]
        readers = plan.consumers()
        self._read = [any(self._cached[reader] for reader, _ in entries) for entries in readers]

    # Of nodes

    def forced(self, number: int) -> bool:
        """Say whether the results of a node are kept even if they are cheaper to compute."""
        return self._plan.nodes[number].settings.cache is True

    def digested(self) -> frozenset[int]:
        """Return the nodes whose calls shall give digests: they have no keys, and somebody who has reads them."""
        return frozenset(node.number for node in self._plan.nodes if self._read[node.number] and self._keyless(node))

    def _keyless(self, node: PlanNode) -> bool:
        try:
            return not self._cached[node.number] or not self._fingerprints.of(node.function)
        except UndigestedError:
            return True

    def why_not(self, number: int) -> str:
        """Return why the tasks of a node have no key by lineage; empty if they may have one."""
        node = self._plan.nodes[number]
        form = self._forms[number] or self._form(number, call_form(node, declared_only=False))
        return form if isinstance(form, str) else ""

    def _form(self, number: int, call: Call) -> _NodeForm | str:
        """Return what the calls of a node have in common, from one of them; or why they have no keys."""
        form = self._forms[number]
        if form is None:
            try:
                form = self._prepared(self._plan.nodes[number], call)
            except UndigestedError as error:
                form = str(error)
            self._forms[number] = form
        return form

    def _prepared(self, node: PlanNode, call: Call) -> _NodeForm | str:
        if not self._cached[node.number]:
            return "its results are not kept"
        base = self._base((self._fingerprints.of(node.function), node.module.version, form_of(call)))
        shape = self._base((tuple(sorted(node.split)), tuple(sorted(node.flags))))
        fixed = {
            one.port: _port(one.port) + self._written(one.value, call.coerce.get(one.port, ""), self._parameters)
            for one in node.inputs
            if isinstance(one, Constant)
        }
        return _NodeForm(base, fixed, call.coerce, shape)

    def _base(self, told: tuple[Any, ...]) -> bytes:
        """Return a digest of what many nodes have in common."""
        found = self._bases.get(told)
        if found is None:
            found = self._bases[told] = blake3(b"".join(self._plain.pieces(told))).digest()
        return found

    def _written(self, value: Any, kind: str, parameters: Parameters) -> bytes:
        """Return the bytes of a value that is written in the pipeline; UndigestedError if it has none."""
        if isinstance(value, Program):
            return parameters.parameter(value.placed_in(self._folder), "")
        return parameters.parameter(placed(value, kind, self._folder) if kind else value, kind)

    def parts(self, number: int) -> Parts:
        """Return of what the keys of a node are made, so that a person can be told later what changed."""
        node = self._plan.nodes[number]
        kinds = node.module.coercions
        parameters, files, wiring = {}, {}, {}
        for entry in node.inputs:
            if isinstance(entry, Constant | Swept):
                values = [entry.value] if isinstance(entry, Constant) else list(entry.values)
                kind = kinds.get(entry.port, "")
                parameters[entry.port] = self._digest(self._plain, values, kind)
                # What is executed in each run reads its files itself; they may be very many.
                if self._cached[number]:
                    files[entry.port] = self._digest(self._parameters, values, kind)
            else:
                wiring[entry.port] = wiring_of(self._plan, entry)
        try:
            fingerprint = self._fingerprints.of(node.function) + node.module.version.encode()
        except UndigestedError:
            fingerprint = b""
        return Parts(fingerprint, parameters, files, wiring)

    def _digest(self, parameters: Parameters, values: list[Any], kind: str) -> bytes:
        try:
            return blake3(b"".join(self._written(value, kind, parameters) for value in values)).digest(length=16)
        except UndigestedError:
            return b""

    # Of tasks

    def of(self, number: int, call: Call) -> Key | None:
        """Return the key of a task from its call, whose values are still told by Ref; None if it has none.

        Those who read it have keys only if it gives digests: see ``digested``.
        """
        form = self._forms[number] or self._form(number, call)
        if isinstance(form, str):
            return None
        fixed = form.fixed
        pieces = [form.base]
        try:
            for port, argument in call.arguments.items():
                known = fixed.get(port)
                if known is None:
                    known = _port(port) + self._argument(argument, form.kinds.get(port, ""))
                pieces.append(known)
        except UndigestedError:
            return None
        lineage = self._made[call.task] = blake3(b"".join(pieces)).digest()
        return blake3(lineage + form.shape).digest()

    def settled(self, task: str, result: Settled) -> None:
        """Take note of what a task gave, executed or found; before the keys are asked for of those who read it."""
        for output, labels in result.items.items():
            self._counts[task, output] = len(labels)
        for (output, place), digest in result.digests.items():
            self._digests[task, output, place] = digest
        # Files outside the cache may change though all that made their names stays the same.
        elsewhere = sorted(name for name in map(_name, result.files) if name.startswith(os.sep))
        if elsewhere and task in self._made:
            stamps = b"".join(file_stamp(Path(name)) for name in elsewhere)
            self._made[task] = blake3(self._made[task] + stamps).digest()

    def _argument(self, argument: Argument, kind: str) -> bytes:
        match argument:
            case Ref(value=(task, output, place)):
                return self._ref(task, output, place)
            case Given(value):
                return self._parameters.parameter(value, kind)
            case Items(items):
                return self._items(items, kind)
            case Labelled(labels, inner):
                return b"L" + b"".join(self._parameters.pieces(dict(labels))) + self._argument(inner, kind)
            case Applied(function, inner):
                return b"A" + self._fingerprints.of(function) + self._argument(inner, "")
        raise UndigestedError("the value comes from elsewhere")

    def _ref(self, task: str, output: str, place: int) -> bytes:
        made = self._made.get(task)
        if made is not None:
            return b"R%s%d:%s%d;" % (made, len(output), output.encode(), place)
        digest = self._digests.get((task, output, place))
        if digest is None:
            raise UndigestedError(f"nothing is known of {output!r} of {task}")
        return b"V" + digest

    def _items(self, items: tuple[Argument, ...], kind: str) -> bytes:
        if (whole := self._whole(items)) is not None:
            return whole
        return b"I%d:" % len(items) + b"".join([self._argument(item, kind) for item in items])

    def _whole(self, items: tuple[Argument, ...]) -> bytes | None:
        """Return the bytes of a list that one task made if these are all its items: how it is kept does not count."""
        first = items[0] if items else None
        if not isinstance(first, Ref) or first.value[2] != 0 or first.value[0] not in self._made:
            return None
        task, output, _ = first.value
        if self._counts.get((task, output)) != len(items):
            return None
        same = all(isinstance(item, Ref) and item.value == (task, output, place) for place, item in enumerate(items))
        return self._ref(task, output, -1) if same else None


def is_cached(node: PlanNode) -> bool:
    """Say whether the results of a node may be taken from the cache, and kept in it."""
    return node.module.cache if node.settings.cache is None else node.settings.cache


def _name(file: str | NamedFile) -> str:
    return file if isinstance(file, str) else file.name


def _port(name: str) -> bytes:
    return b"=%d:%s" % (len(name), name.encode())
