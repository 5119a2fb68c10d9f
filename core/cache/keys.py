"""Keys by lineage: what a task calls, with which parameters, and the keys of the tasks whose values it reads."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from ..planning.calls import call_form, target_of
from ..planning.plan import Constant, PlanNode, Swept
from ..worker.digest import FileDigests, UndigestedError
from ..worker.files import placed
from ..worker.unit import Program
from .forms import NodeForm, port_of
from .lineage import Arguments, Lineage, Settled
from .notes import Parts, wiring_of
from .parameters import NoFiles, Parameters, RunFiles, holds_no_files, told_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..planning.plan import Plan
    from ..worker.call import Call, Form
    from .entries import Key
    from .fingerprints import Fingerprints
    from .signing import Signer


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
        self._evidence = fingerprints.evidence
        self._files_of: dict[str, frozenset[Path]] = {}
        self._read_by: dict[str, frozenset[str]] = {}
        self._parameters = Parameters(RunFiles(files, self._evidence), fingerprints, signer)
        self._plain = Parameters(NoFiles(), fingerprints, signer)
        self._forms: list[NodeForm | str | None] = [None] * len(plan.nodes)
        self._bases: dict[tuple[Any, ...], bytes] = {}
        self._told: list[NodeForm | str | None] = [None] * len(plan.nodes)
        self._lineage = Lineage()
        self._arguments = Arguments(self._lineage, self._parameters, fingerprints)
        self._plain_arguments = Arguments(self._lineage, self._plain, fingerprints)
        self._cached = [is_cached(node) for node in plan.nodes]
        self._light: list[bool] = []
        self._outdated: frozenset[Path] = frozenset()

    # Of nodes

    def forced(self, number: int) -> bool:
        """Say whether the results of a node are kept even if they are cheaper to compute."""
        return self._plan.nodes[number].settings.cache is True

    def digested(self, *, told: bool = False) -> frozenset[int]:
        """Return the nodes whose calls shall give digests: they have no keys, and somebody who has reads them.

        With ``told`` it counts who reads them also if all that is wanted is what can be told of the call.
        """
        readers = self._plan.consumers()
        read = [any(told or self._cached[reader] for reader, _ in entries) for entries in readers]
        return frozenset(node.number for node in self._plan.nodes if read[node.number] and self._keyless(node))

    def _keyless(self, node: PlanNode) -> bool:
        try:
            return not self._cached[node.number] or not self._fingerprints.of(node.function)
        except UndigestedError:
            return True

    def why_not(self, number: int) -> str:
        """Return why the tasks of a node have no key by lineage; empty if they may have one."""
        node = self._plan.nodes[number]
        form = self._forms[number] or self._form(number, call_form(node, target_of(node.function)))
        return form if isinstance(form, str) else ""

    def _form(self, number: int, called: Form) -> NodeForm | str:
        """Return what the keys of a node's calls have in common, which have this form; or why they have no keys."""
        form = self._forms[number]
        if form is None:
            with self._evidence.apart() as seen:
                try:
                    form = self._prepared(self._plan.nodes[number], called)
                    form.files = frozenset(seen)
                except UndigestedError as error:
                    form = str(error)
            self._forms[number] = form
        return form

    def _prepared(self, node: PlanNode, called: Form) -> NodeForm:
        if not self._cached[node.number]:
            raise UndigestedError("its results are not kept")
        return self._common(node, called, self._fingerprints.of(node.function), self._parameters)

    def _common(self, node: PlanNode, called: Form, fingerprint: bytes, parameters: Parameters) -> NodeForm:
        base = self._base((fingerprint, node.module.version, told_of(called)))
        shape = self._base((tuple(sorted(node.split)), tuple(sorted(node.flags))))
        with self._evidence.apart() as data:
            fixed = {
                one.port: port_of(one.port) + self._written(one.value, called.coerce.get(one.port, ""), parameters)
                for one in node.inputs
                if isinstance(one, Constant)
            }
        self._evidence.see(data)
        form = NodeForm(base, fixed, called.coerce, shape)
        form.data = frozenset(data)
        return form

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
        form = self._forms[number] or self._form(number, call.form)
        if isinstance(form, str):
            return None
        try:
            lineage = self._made_of(form, call, self._arguments)
        except UndigestedError:
            return None
        self._lineage.made[call.task] = lineage
        return blake3(lineage + form.shape).digest()

    def _made_of(self, form: NodeForm, call: Call, arguments: Arguments) -> bytes:
        """Return a digest of a call, and note the files that count; UndigestedError if something has no digest."""
        seen = self._evidence.begin()
        self._lineage.read.clear()
        made = form.made_of(call, arguments)
        if seen or form.files:
            self._files_of[call.task] = form.files | seen if seen else form.files
        if self._lineage.read:
            self._read_by[call.task] = frozenset(self._lineage.read)
        if changed := self._changed_by_now(call.task, form.data | seen if seen else form.data):
            raise UndigestedError(f"{changed} has changed since the run first looked at it")
        return made

    def _changed_by_now(self, task: str, files: frozenset[Path]) -> Path | None:
        """Return a file that has changed: of these, or of those that are named by values which the task reads."""
        changed = self._evidence.changed(files)
        return self._lineage.changed(self._read_by.get(task, ())) if changed is None else changed

    def settled(self, task: str, result: Settled) -> None:
        """Take note of what a task gave, executed or found; before the keys are asked for of those who read it."""
        self._lineage.settled(task, result)

    # What changes meanwhile

    def prepare(self) -> None:
        """Read the code of all modules: before anything is executed, which might load an older or a newer one."""
        for node in self._plan.nodes:
            if self._cached[node.number] or node.function.live is None:
                with contextlib.suppress(UndigestedError):
                    self._fingerprints.of(node.function)
        self._outdated = self._fingerprints.outdated_here()
        self._light = [self._cached[node.number] and holds_no_files(node) for node in self._plan.nodes]

    def is_light(self, number: int) -> bool:
        """Say whether the keys of a node's tasks are made without a look at any file."""
        return bool(self._light) and self._light[number]

    def look_again(self) -> None:
        """Let ``changed`` look at the files as they are now."""
        self._evidence.look_again()

    def changed(self, task: str, *, here: bool = False) -> str:
        """Return which file changed since it went into the key of a task; empty if all are as they were.

        For a task that was executed ``here``, in this process, files count that changed since they were loaded. What
        the task gave is then perhaps not what its key stands for. Its readers have no keys that rest on it.
        """
        files = self._files_of.get(task, frozenset())
        changed = self._changed_by_now(task, files)
        if changed is None and here:
            changed = next(iter(files & self._outdated), None)
        if changed is not None:
            self._lineage.made.pop(task, None)
        return "" if changed is None else str(changed)

    def told(self, number: int, call: Call) -> bytes | None:
        """Return a digest of what can be told of a call that has no key; None if that is not enough.

        It changes with the module, the parameters and the values that are read. A module that cannot be found here
        counts by its name. The contents of files among the parameters do not count: they may be very many, or what the
        module itself writes.
        """
        form = self._told[number]
        if form is None:
            form = self._told[number] = self._told_form(self._plan.nodes[number], call.form)
        if isinstance(form, str):
            return None
        try:
            return blake3(self._made_of(form, call, self._plain_arguments) + form.shape).digest()
        except UndigestedError:
            return None

    def _told_form(self, node: PlanNode, called: Form) -> NodeForm | str:
        with self._evidence.apart() as seen:
            try:
                form = self._common(node, called, self._told_fingerprint(node), self._plain)
                form.files = frozenset(seen)
            except UndigestedError as error:
                return str(error)
        return form

    def _told_fingerprint(self, node: PlanNode) -> bytes:
        function = node.function
        try:
            return self._fingerprints.of(function)
        except UndigestedError:
            if function.live is not None:
                raise
            return self._base((function.path, function.source, function.name))


def is_cached(node: PlanNode) -> bool:
    """Say whether the results of a node may be taken from the cache, and kept in it."""
    if node.settings.cache is not None:
        return node.settings.cache
    # What runs once on each engine says something of the engines, and those of tomorrow may be others.
    return node.module.cache and not (node.placement is not None and node.placement.once_on)
