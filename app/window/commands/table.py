"""The commands of the window, and how its menus and its toolbar are made of them."""

from __future__ import annotations

from typing import NamedTuple

from .command import Command

_FILE, _EDIT, _VIEW, _GO, _PIPELINE, _RUN, _HELP = "File", "Edit", "View", "Go", "Pipeline", "Run", "Help"
_CLUSTER = "Cluster"

COMMANDS: tuple[Command, ...] = (
    Command("file.new", "&New", _FILE, "Ctrl+N", "new", "Begin an empty pipeline in a tab of its own"),
    Command("file.open", "&Open…", _FILE, "Ctrl+O", "open", "Open a pipeline file"),
    Command("file.save", "&Save", _FILE, "Ctrl+S", "save", "Write the pipeline to its file", "document"),
    Command("file.save-as", "Save &as…", _FILE, "Ctrl+Shift+S", "", "Write the pipeline to another file", "document"),
    Command("file.revert", "Re&load from disk", _FILE, "", "retry", "Read the file again", "document file"),
    Command(
        "file.export-python", "Export as &Python script…", _FILE, "", "category-code",
        "Write a script that makes the same pipeline", "document",
    ),
    Command("file.close", "&Close tab", _FILE, "Ctrl+W", "close", "Close what is in front", "tab"),
    Command("file.settings", "Se&ttings…", _FILE, "Ctrl+,", "settings", "Appearance, saving, runs"),
    Command("file.quit", "&Quit", _FILE, "Ctrl+Q", "", "Close the window"),
    Command("edit.undo", "&Undo", _EDIT, "Ctrl+Z", "undo", "Take the last change back", "undo"),
    Command("edit.redo", "&Redo", _EDIT, "Ctrl+Shift+Z", "redo", "Do again what was taken back", "redo"),
    Command("edit.cut", "Cu&t", _EDIT, "Ctrl+X", "cut", "", "selection", canvas=True),
    Command("edit.copy", "&Copy", _EDIT, "Ctrl+C", "copy", "", "selection", canvas=True),
    Command("edit.paste", "&Paste", _EDIT, "Ctrl+V", "paste", "", "document", canvas=True),
    Command("edit.duplicate", "&Duplicate", _EDIT, "Ctrl+D", "", "", "selection", canvas=True),
    Command("edit.delete", "De&lete", _EDIT, "Del", "delete", "", "selection", canvas=True),
    Command("edit.select-all", "Select &all", _EDIT, "Ctrl+A", "", "", "document", canvas=True),
    Command("edit.add", "Add &module…", _EDIT, "Ctrl+M", "add", "Search a module and place it", "document"),
    Command("view.commands", "Find &command…", _VIEW, "Ctrl+Shift+P", "search", "Search all commands"),
    Command("view.fit", "&Fit", _VIEW, "Ctrl+0", "fit", "Show the whole pipeline", "document"),
    Command("view.fit-selection", "Fit s&election", _VIEW, "Shift+F", "", "", "selection", canvas=True),
    Command("view.actual-size", "&100 %", _VIEW, "Ctrl+1", "", "", "document"),
    Command("view.zoom-in", "Zoom &in", _VIEW, "Ctrl++", "zoom-in", "", "document"),
    Command("view.zoom-out", "Zoom &out", _VIEW, "Ctrl+-", "zoom-out", "", "document"),
    Command("view.theme", "&Dark", _VIEW, "Ctrl+Shift+D", "", "Light or dark", "", checkable=True),
    Command("view.legend", "Le&gend…", _VIEW, "", "info", "What badges and shapes on nodes mean"),
    Command("view.reset-layout", "&Reset layout", _VIEW, "", "layout", "Put all panels back where they were at first"),
    Command("go.canvas", "&Canvas", _GO, "Alt+0", "", "Lead the keyboard to the canvas", "document"),
    Command("go.modules", "&Modules", _GO, "Alt+1", "", "Lead the keyboard to the modules"),
    Command("go.outline", "&Outline", _GO, "Alt+2", "", "Lead the keyboard to the outline"),
    Command("go.inspector", "&Inspector", _GO, "Alt+3", "", "Lead the keyboard to the inspector"),
    Command("go.tasks", "&Tasks", _GO, "Alt+4", "", "Lead the keyboard to the tasks"),
    Command("go.problems", "&Problems", _GO, "Alt+5", "", "Lead the keyboard to the problems"),
    Command("go.log", "&Log", _GO, "Alt+6", "", "Lead the keyboard to the log"),
    Command("go.parallel", "P&arallelization", _GO, "Alt+7", "", "Lead the keyboard to the schemes"),
    Command("view.next-tab", "&Next tab", _GO, "Ctrl+Tab", "", "", "tab"),
    Command("view.previous-tab", "P&revious tab", _GO, "Ctrl+Shift+Tab", "", "", "tab"),
    Command("pipeline.group", "&Group", _PIPELINE, "Ctrl+G", "group", "", "selection", canvas=True),
    Command("pipeline.ungroup", "&Ungroup", _PIPELINE, "Ctrl+Shift+G", "", "", "selection", canvas=True),
    Command("pipeline.frame", "&Frame around selection", _PIPELINE, "", "frame", "", "selection"),
    Command("pipeline.comment", "Add &comment", _PIPELINE, "", "comment", "", "document"),
    Command("pipeline.bypass", "&Bypass", _PIPELINE, "B", "", "Pass values by these nodes", "selection", canvas=True),
    Command("pipeline.disable", "&Disable", _PIPELINE, "D", "", "Leave these nodes out of runs", "selection",
            canvas=True),
    Command("pipeline.breakpoint", "Brea&kpoint", _PIPELINE, "F9", "", "Stop runs before these nodes, or not any more",
            "selection", canvas=True),
    Command("pipeline.rename", "Re&name…", _PIPELINE, "F2", "", "", "selection", canvas=True),
    Command("pipeline.arrange", "&Arrange", _PIPELINE, "Ctrl+L", "layout", "Place nodes in layers", "document"),
    Command("pipeline.align-left", "Align &left", _PIPELINE, "", "", "", "selection"),
    Command("pipeline.align-top", "Align &top", _PIPELINE, "", "", "", "selection"),
    Command("pipeline.distribute-across", "Distribute acro&ss", _PIPELINE, "", "", "", "selection"),
    Command("pipeline.distribute-down", "Distribute do&wn", _PIPELINE, "", "", "", "selection"),
    Command("run.start", "&Run", _RUN, "F5", "run", "Run the pipeline", "document !running"),
    Command("run.to-here", "Run to &here", _RUN, "Shift+F5", "run-to", "Run up to what is selected",
            "selection !running"),
    Command("run.pause", "&Pause", _RUN, "F6", "pause", "Start nothing new, or go on", "running", checkable=True),
    Command("run.continue", "Con&tinue all", _RUN, "Shift+F9", "run", "Go on at all breakpoints where the run waits",
            "stopped"),
    Command("run.continue-here", "C&ontinue here", _RUN, "", "", "Go on at the breakpoints of what is selected",
            "stopped-here"),
    Command("run.cancel", "&Stop", _RUN, "Shift+F6", "stop", "End the run", "running"),
    Command("run.retry-failed", "R&etry failed", _RUN, "", "retry", "Run again what failed", "failed !running"),
    Command("run.why", "&Why here?…", _RUN, "", "info", "On which scheme a node would run, or ran, and why",
            "selection"),
    Command("run.restart-runner", "Restart run&ner", _RUN, "", "retry", "Start the process that runs pipelines anew"),
    Command("cluster.start", "&Start engines…", _CLUSTER, "", "add", "Start a cluster, or add engines to it"),
    Command("cluster.information", "Cluster &information…", _CLUSTER, "", "info", "The engines, live"),
    Command("cluster.run-on", "&Run on engines…", _CLUSTER, "", "run", "Run a statement on engines"),
    Command("cluster.restart", "R&estart engines…", _CLUSTER, "", "retry", "Replace engines by fresh ones"),
    Command("cluster.environment", "En&vironment of engines…", _CLUSTER, "", "settings", "Set variables of engines"),
    Command("cluster.logs", "&Logs of the cluster…", _CLUSTER, "", "log", "What controller and engines wrote"),
    Command("cluster.change-profile", "Change &profile…", _CLUSTER, "", "link",
            "Have runs use another IPython profile"),
    Command("cluster.new-profile", "&New profile…", _CLUSTER, "", "new", "Make an IPython profile"),
    Command("cluster.clean-up", "&Clean up…", _CLUSTER, "", "delete", "Stop what Treadle started, or leave it running"),
    Command("cluster.shut-down", "Request cluster shut&down…", _CLUSTER, "", "stop",
            "End a controller with all its engines"),
    Command("help.shortcuts", "&Keyboard shortcuts…", _HELP, "F1", "help", "List and change them"),
    Command("help.welcome", "&Welcome page", _HELP, "", "", "Examples and recent files"),
    Command("help.tour", "&Tour", _HELP, "", "info", "Five steps through the window"),
    Command("help.log", "Open &log folder", _HELP, "", "log", "Where the window writes what went wrong"),
    Command("help.about", "&About Treadle", _HELP, "", "treadle"),
)  # fmt: skip

SEPARATOR = "-"
RECENT, EXAMPLES, PANELS, RUN_ON = "@recent", "@examples", "@panels", "@run-on"
"""Stand in a menu for what is only known at run time."""


class Menu(NamedTuple):
    """A menu: its title and what it shows, by id."""

    title: str
    items: tuple[str, ...]


MENUS: tuple[Menu, ...] = (
    Menu("&File", (
        "file.new", "file.open", RECENT, EXAMPLES, SEPARATOR, "file.save", "file.save-as", "file.revert",
        "file.export-python", SEPARATOR, "file.settings", SEPARATOR, "file.close", "file.quit",
    )),
    Menu("&Edit", (
        "edit.undo", "edit.redo", SEPARATOR, "edit.cut", "edit.copy", "edit.paste", "edit.duplicate", "edit.delete",
        SEPARATOR, "edit.select-all", "edit.add",
    )),
    Menu("&View", (
        "view.commands", SEPARATOR, "view.zoom-in", "view.zoom-out", "view.actual-size", "view.fit",
        "view.fit-selection", SEPARATOR, PANELS, "view.legend", "view.theme", "view.reset-layout",
    )),
    Menu("&Go", (
        "go.canvas", "go.modules", "go.outline", "go.inspector", "go.tasks", "go.problems", "go.log", "go.parallel",
        SEPARATOR, "view.next-tab", "view.previous-tab",
    )),
    Menu("&Pipeline", (
        "pipeline.group", "pipeline.ungroup", "pipeline.frame", "pipeline.comment", SEPARATOR, "pipeline.rename",
        "pipeline.bypass", "pipeline.disable", "pipeline.breakpoint", SEPARATOR, "pipeline.arrange",
        "pipeline.align-left", "pipeline.align-top", "pipeline.distribute-across", "pipeline.distribute-down",
    )),
    Menu("&Run", (
        "run.start", "run.to-here", "run.pause", "run.continue", "run.continue-here", "run.cancel", "run.retry-failed",
        SEPARATOR, RUN_ON, "run.why", SEPARATOR, "run.restart-runner",
    )),
    Menu("&Cluster", (
        "cluster.start", "cluster.information", "cluster.run-on", "cluster.restart", "cluster.environment",
        "cluster.logs", SEPARATOR, "cluster.change-profile", "cluster.new-profile", SEPARATOR, "cluster.clean-up",
        "cluster.shut-down",
    )),
    Menu("&Help", (
        "help.welcome", "help.tour", "help.shortcuts", SEPARATOR, "help.log", "help.about",
    )),
)  # fmt: skip

NODE_MENU: tuple[str, ...] = (
    "run.to-here", "run.continue-here", RUN_ON, "run.why", SEPARATOR, "edit.cut", "edit.copy", "edit.duplicate",
    "edit.delete", SEPARATOR, "pipeline.rename", "pipeline.group", "pipeline.ungroup", "pipeline.frame", SEPARATOR,
    "pipeline.bypass", "pipeline.disable", "pipeline.breakpoint",
)  # fmt: skip
"""What a node on the canvas offers."""

CANVAS_MENU: tuple[str, ...] = (
    "edit.add", "edit.paste", "pipeline.comment", SEPARATOR, "edit.select-all", "pipeline.arrange", SEPARATOR,
    "view.fit", "view.actual-size",
)  # fmt: skip
"""What the empty canvas offers."""
