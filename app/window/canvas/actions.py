"""What can be done on a canvas by name: keys, menus and the command palette all lead here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ....core.edits import Change, Steps, disconnect, group_nodes, remove_nodes, update_nodes
from ....core.errors import UsageError
from ....core.pipeline import Comment, Frame, Group
from . import clipping
from .borders import open_ports, toggled
from .changes import Pasted, duplicated, excerpt, in_mode, inserted, placed, removed, ungrouped
from .finding import card_at
from .measures import FRAME_TITLE
from .naming import free_id
from .ordering import Ordering
from .snapping import on_grid

if TYPE_CHECKING:
    from typing import Any

    from PyQt6.QtCore import QPoint, QPointF

    from ....core.modules import Module
    from .finding import PortAt
    from .gestures.gesture import Pointer
    from .inserting import Insertion
    from .view import CanvasView

DUPLICATE_SHIFT = 48.0, 48.0
FRAME_MARGIN = 24.0


class CanvasActions(Ordering):
    """The actions of one canvas; each that changes something is one step to undo, or does nothing."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._pastes = 0

    # Selection

    def select_all(self) -> None:
        """Select all nodes, frames and comments."""
        body = self.body
        notes = [("frames", key) for key in body.frames] + [("comments", key) for key in body.comments]
        self.canvas.pick(self.canvas.board.cards, (), notes)

    # Clipboard

    def copy(self) -> bool:
        """Put what is selected on the clipboard; say whether there was anything."""
        canvas, picked = self.canvas, self.canvas.picked
        if not picked.nodes and not picked.notes:
            return False
        try:
            clipping.put(excerpt(canvas.document.pipeline, canvas.where, picked.nodes, picked.notes))
        except UsageError as error:
            canvas.say(str(error))
            return False
        self._pastes = 0
        return True

    def cut(self) -> None:
        """Put what is selected on the clipboard and take it away."""
        if self.copy():
            self.delete(self.canvas.tr("Cut"))

    def paste(self) -> None:
        """Put what is on the clipboard in the middle of what is seen, each time a little further."""
        canvas = self.canvas
        try:
            pasted = clipping.take()
        except UsageError as error:
            canvas.say(str(error))
            return
        places = [n.position for n in pasted.nodes.values()]
        places += [frame.position for frame in pasted.frames.values()]
        places += [comment.position for comment in pasted.comments.values()]
        if not places:
            return
        at = canvas.middle()
        low = [min(place[axis] for place in places) for axis in (0, 1)]
        high = [max(place[axis] for place in places) for axis in (0, 1)]
        step = DUPLICATE_SHIFT[0] * (self._pastes % 10)
        shift = [on_grid(at[axis] - (low[axis] + high[axis]) / 2 - 60 + step) for axis in (0, 1)]
        self._pastes += 1
        self._put(Pasted(canvas.document.pipeline, canvas.where, pasted, (shift[0], shift[1])), canvas.tr("Paste"))

    def duplicate(self) -> None:
        """Put copies beside what is selected."""
        canvas, picked = self.canvas, self.canvas.picked
        if picked.nodes or picked.notes:
            made = duplicated(
                canvas.document.pipeline, canvas.where, set(picked.nodes), set(picked.notes), DUPLICATE_SHIFT
            )
            self._put(made, canvas.tr("Duplicate"))

    def _put(self, made: Pasted, label: str) -> None:
        if self.canvas.edit(made.edit, label):
            self.canvas.pick(made.nodes.values(), (), made.notes)

    # Nodes

    def delete(self, label: str = "") -> None:
        """Take away what is selected, connections too."""
        canvas, picked = self.canvas, self.canvas.picked
        steps: list[Any] = []
        if picked.wires:
            steps.append(disconnect(sorted(picked.wires), canvas.where))
        if picked.nodes:
            steps.append(remove_nodes(self.body, picked.nodes, canvas.where))
        steps += removed(picked.notes, canvas.where)
        if steps:
            canvas.edit(Steps(tuple(steps), "delete"), label or canvas.tr("Delete"))

    def bypass(self) -> None:
        """Let the selected nodes hand on what they get, or work again."""
        self._set_mode("bypassed", self.canvas.tr("Bypass"))

    def disable(self) -> None:
        """Leave the selected nodes out of runs, or take them in again."""
        self._set_mode("disabled", self.canvas.tr("Disable"))

    def _set_mode(self, mode: str, label: str) -> None:
        if self.canvas.picked.nodes:
            self.canvas.edit(in_mode(self.body, sorted(self.canvas.picked.nodes), mode, self.canvas.where), label)

    def breakpoint_(self) -> None:
        """Let runs stop before the selected nodes, or no more."""
        nodes = self.body.nodes
        chosen = sorted(self.canvas.picked.nodes)
        set_ = not all(nodes[n].breakpoint for n in chosen)
        if chosen:
            edit = update_nodes(self.body, {n: {"breakpoint": set_} for n in chosen}, self.canvas.where)
            self.canvas.edit(edit, self.canvas.tr("Breakpoint"))

    def module(self, path: str) -> Module | None:
        """Return the module of an import path if the pipeline or the catalogue knows it."""
        if not path:
            return None
        known = self.canvas.modules.get(path)
        if known is not None and known.path == path:
            return known
        return self.canvas.catalogue.module(path) if self.canvas.catalogue is not None else None

    def place(self, module: Module, at: tuple[float, float], *, insertion: Insertion | None = None) -> str:
        """Place a node of a module, into a connection if one is meant; select it and return its id."""
        canvas = self.canvas
        node_id, edit = placed(canvas.document.pipeline, module, at, canvas.where)
        steps = list(edit.edits)
        if insertion is not None:
            wire = insertion.wire
            steps += inserted(self.body, node_id, wire, insertion.entry, insertion.exit, canvas.where).edits
        canvas.edit(Steps(tuple(steps), "add"), canvas.tr("Add {0}").format(module.label))
        canvas.pick({node_id})
        return node_id

    def rename(self) -> None:
        """Let the person type another title for the node, frame or comment that is selected."""
        picked = self.canvas.picked
        if len(picked.nodes) == 1:
            self.canvas.overlays.name_node(next(iter(picked.nodes)))
        elif len(picked.notes) == 1 and not picked.nodes:
            self.canvas.overlays.name_note(next(iter(picked.notes)))

    # Frames, comments, groups

    def add_frame(self) -> None:
        """Put a frame around what is selected, or in the middle."""
        canvas = self.canvas
        box = canvas.board.box(canvas.board.places.mask(canvas.picked.nodes))
        margin, top = FRAME_MARGIN, FRAME_MARGIN + FRAME_TITLE
        if box is None:
            x, y = canvas.middle()
            frame = Frame(canvas.tr("Frame"), (on_grid(x - 160), on_grid(y - 100)), (320.0, 200.0))
        else:
            frame = Frame(
                canvas.tr("Frame"), (box[0] - margin, box[1] - top), (box[2] + 2 * margin, box[3] + top + margin)
            )
        self._add_note("frames", "frame", frame, canvas.tr("Add frame"))

    def add_comment(self, at: QPointF | None = None) -> None:
        """Put a comment at a place, by default in the middle."""
        canvas = self.canvas
        x, y = (at.x(), at.y()) if at is not None else canvas.middle()
        comment = Comment(canvas.tr("Comment"), (on_grid(x - 84), on_grid(y - 36)), (192.0, 72.0))
        self._add_note("comments", "comment", comment, canvas.tr("Add comment"))

    def _add_note(self, section: str, wanted: str, note: Frame | Comment, label: str) -> None:
        key = free_id(wanted, getattr(self.body, section))
        if self.canvas.change_notes(section, {key: note}, label):
            self.canvas.pick((), (), {(section, key)})
            self.rename()

    def group(self) -> None:
        """Put the selected nodes into a group."""
        canvas = self.canvas
        if not canvas.picked.nodes:
            return
        box = canvas.board.box(canvas.board.places.mask(canvas.picked.nodes))
        group_id = free_id("group", self.body.nodes)
        if canvas.edit(group_nodes(self.body, canvas.picked.nodes, group_id, canvas.where), canvas.tr("Group")):
            canvas.pick({group_id} if box is not None else ())

    def ungroup(self) -> None:
        """Put what the selected groups hold in their places."""
        canvas = self.canvas
        chosen = [n for n in sorted(canvas.picked.nodes) if self.body.nodes[n].group is not None]
        for node_id in chosen[:1]:
            group = self.body.nodes[node_id].group
            inner = set(group.nodes) if group is not None else set()
            try:
                edit = ungrouped(self.body, node_id, canvas.where)
            except UsageError as error:
                canvas.say(str(error))
                continue
            if canvas.edit(edit, canvas.tr("Ungroup")):
                canvas.pick(inner)

    def toggle_port(self, port: PortAt) -> None:
        """Show a port outside the group that is shown, or hide it there."""
        body = self.body
        if isinstance(body, Group):
            self.canvas.edit(toggled(body, port, self.canvas.where), self.canvas.tr("Ports of group"))

    def expose(self) -> None:
        """Show the open ports of the selected nodes outside the group that is shown."""
        canvas, body = self.canvas, self.body
        if not isinstance(body, Group):
            return
        inputs, outputs = dict(body.inputs), dict(body.outputs)
        for port in open_ports(canvas.board, sorted(canvas.picked.nodes)):
            edit = toggled(Group(inputs=inputs, outputs=outputs), port, canvas.where)
            (outputs if port.side == "out" else inputs).update(edit.entries)
        if (inputs, outputs) != (body.inputs, body.outputs):
            steps = (Change("inputs", inputs, canvas.where), Change("outputs", outputs, canvas.where))
            canvas.edit(Steps(steps, "expose"), canvas.tr("Ports of group"))

    def open(self, node_id: str) -> None:
        """Go into a group; let others open a node."""
        if self.body.nodes[node_id].group is not None:
            self.canvas.go((*self.canvas.where, node_id))
        else:
            self.canvas.open_requested.emit(node_id)

    def up(self) -> None:
        """Go out of the group that is shown, and select it."""
        if self.canvas.where:
            *where, group = self.canvas.where
            self.canvas.go(tuple(where))
            self.canvas.pick({group})

    # Places

    def open_at(self, at: Pointer) -> None:
        """Open what was double-clicked; on empty ground ask for the search."""
        canvas = self.canvas
        node_id = card_at(canvas.board, at.x, at.y)
        note = canvas.pointing.note_at(at)
        if node_id is not None:
            self.open(node_id)
        elif note is not None:
            canvas.pick((), (), {note})
            self.rename()
        else:
            canvas.ask_search(at.x, at.y)

    def context_at(self, at: Pointer, screen: QPoint) -> None:
        """Select what is under the pointer and ask for its menu; an empty id stands for the ground."""
        canvas = self.canvas
        node_id = card_at(canvas.board, at.x, at.y)
        if node_id is not None and node_id not in canvas.picked.nodes:
            canvas.pick({node_id})
        note, wire = canvas.pointing.note_at(at), canvas.pointing.wire_at(at)
        if node_id is None and note is not None:
            canvas.pick((), (), {note})
        elif node_id is None and wire is not None:
            canvas.pick((), {wire})
        canvas.context_requested.emit(node_id or "", screen)

    def set_title(self, node_id: str, title: str) -> None:
        """Give a node another title."""
        node = self.body.nodes.get(node_id)
        if node is not None and title != node.title and title != self.canvas.board.cards[node_id].title:
            edit = update_nodes(self.body, {node_id: {"title": title}}, self.canvas.where)
            self.canvas.edit(edit, self.canvas.tr("Rename"))

    def set_text(self, section: str, key: str, text: str) -> None:
        """Give a frame another title, or a comment another text."""
        note = getattr(self.body, section).get(key)
        field = "title" if section == "frames" else "text"
        if note is not None and getattr(note, field) != text:
            label = self.canvas.tr("Rename frame") if section == "frames" else self.canvas.tr("Edit comment")
            self.canvas.change_notes(section, {key: structs.replace(note, **{field: text})}, label)
