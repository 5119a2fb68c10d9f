"""What the person chose and how the window was left, kept in one file of the user's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QByteArray, QObject, QSettings, pyqtSignal

if TYPE_CHECKING:
    from pathlib import Path

DEFAULTS: dict[str, Any] = {
    "appearance": "system",
    "motion": "system",
    "autosave_seconds": 5,
    "cache_folder": "",
    "clusters": "",
    "leave_clusters": "ask",
    "leave_runs": "ask",
    "scheme": "auto",
    "schemes": "",
    "welcome_at_start": True,
    "tour_seen": False,
}
"""Every choice there is, and what it is until the person chooses."""

MOST_RECENT = 10


class Settings(QObject):
    """The choices of a person. ``changed`` tells the name of the one that is another now.

    A value that cannot be read counts as not chosen: a damaged file never keeps the window from opening.
    """

    changed = pyqtSignal(str)

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if file is None:
            import platformdirs

            file = platformdirs.user_config_path("treadle") / "window.ini"
        self._kept = QSettings(str(file), QSettings.Format.IniFormat, self)

    def text(self, name: str) -> str:
        """Return a choice that is a text."""
        return str(self._value(name))

    def flag(self, name: str) -> bool:
        """Return a choice that is yes or no."""
        return str(self._value(name)).lower() in {"true", "1"}

    def number(self, name: str) -> int:
        """Return a choice that is a whole number."""
        try:
            return int(self._value(name))
        except (TypeError, ValueError):
            return int(DEFAULTS[name])

    def set(self, name: str, value: str | bool | int) -> None:  # noqa: FBT001
        """Keep a choice."""
        if name not in DEFAULTS:
            raise KeyError(name)
        same = str.lower if isinstance(value, bool) else str
        if same(str(self._value(name))) != same(str(value)):
            self._kept.setValue(f"choices/{name}", value)
            self.changed.emit(name)

    def _value(self, name: str) -> Any:
        return self._kept.value(f"choices/{name}", DEFAULTS[name])

    # Keys

    def shortcut(self, command_id: str) -> str | None:
        """Return the key that the person chose for a command; None if none was chosen."""
        chosen = self._kept.value(f"shortcuts/{command_id}")
        return None if chosen is None else str(chosen)

    def set_shortcut(self, command_id: str, key: str | None) -> None:
        """Keep the key of a command; None forgets it."""
        if key is None:
            self._kept.remove(f"shortcuts/{command_id}")
        else:
            self._kept.setValue(f"shortcuts/{command_id}", key)

    # Files

    def recent(self) -> list[str]:
        """Return the files that were open last, the newest first."""
        return [path for path in self._texts("files/recent") if path][:MOST_RECENT]

    def remember_file(self, path: Path) -> None:
        """Put a file first among the recent ones."""
        others = [known for known in self.recent() if known != str(path)]
        self._kept.setValue("files/recent", [str(path), *others][:MOST_RECENT])
        self.changed.emit("recent")

    def forget_files(self) -> None:
        """Forget the recent files."""
        self._kept.remove("files/recent")
        self.changed.emit("recent")

    # Runs

    def left_runs(self) -> list[str]:
        """Return the runs that were left running and that the person has not seen since."""
        return self._texts("leaving/runs")

    def leave_run(self, run: str) -> None:
        """Remember a run that is left running."""
        self._kept.setValue("leaving/runs", [*(known for known in self.left_runs() if known != run), run])

    def forget_run(self, run: str) -> None:
        """Forget a run that was left running."""
        self._kept.setValue("leaving/runs", [known for known in self.left_runs() if known != run])

    def _texts(self, key: str) -> list[str]:
        value = self._kept.value(key, [])
        return [value] if isinstance(value, str) else [str(item) for item in value or []]

    # The window

    def state(self, name: str) -> QByteArray:
        """Return how a part of the window was left; empty if it never was."""
        value = self._kept.value(f"window/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_state(self, name: str, state: QByteArray | None) -> None:
        """Keep how a part of the window is; None forgets it."""
        if state is None:
            self._kept.remove(f"window/{name}")
        else:
            self._kept.setValue(f"window/{name}", state)

    def write(self) -> None:
        """Write all to the file now."""
        self._kept.sync()
