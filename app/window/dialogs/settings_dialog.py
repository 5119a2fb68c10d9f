"""The settings: each takes effect at once, and is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from ....core.run.selection import PREFERENCE
from ..labels import write_as
from ..scheme_choices import AUTO
from ..scheme_words import scheme_word
from ..settings import DEFAULTS
from ..theme.tokens import CAPTION, GRID
from .sheet import Sheet

if TYPE_CHECKING:
    from ..shared import Shared

WIDTH = 500
LEAST_AUTOSAVE, MOST_AUTOSAVE = 1, 600
SHOWN = (
    "appearance", "motion", "welcome_at_start", "autosave_seconds", "scheme", "cache_folder", "leave_runs",
    "leave_clusters",
)  # fmt: skip
"""The choices that are made here, and that *Reset all* resets."""


class SettingsDialog(Sheet):
    """Appearance, keeping, runs, and closing. There is nothing to confirm: Close closes."""

    def __init__(self, shared: Shared, parent: QWidget | None = None) -> None:
        super().__init__(shared.theme, parent)
        self.entitle(self.tr("Settings"))
        self._settings = shared.settings
        self.starts_in_fields = True
        self._appearance()
        self._keeping()
        self._runs()
        self._leaving()
        self.body.addStretch(1)
        reset = self.button(self.tr("Reset all"))
        reset.clicked.connect(self._reset)
        self.closing_button()
        self.setMinimumWidth(WIDTH)
        # Qt gives a dialog two thirds of the screen's height at most, and would squeeze this one.
        self._outer.activate()
        self.resize(WIDTH, self._outer.totalHeightForWidth(WIDTH))

    def _appearance(self) -> None:
        form = self._section(self.tr("Appearance"))
        themes = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        self._choice(form, self.tr("Theme"), "appearance", themes)
        motion = {
            "system": self.tr("As the system"),
            "reduced": self.tr("Show none"),
        }
        self._choice(form, self.tr("Motion"), "motion", motion)
        self._flag(form, self.tr("Show the welcome page at start"), "welcome_at_start")

    def _keeping(self) -> None:
        form = self._section(self.tr("Keeping your work"))
        seconds = QSpinBox()
        seconds.setRange(LEAST_AUTOSAVE, MOST_AUTOSAVE)
        seconds.setSuffix(" s")
        seconds.setValue(self._settings.number("autosave_seconds"))
        seconds.valueChanged.connect(lambda value: self._settings.set("autosave_seconds", value))
        self._row(form, self.tr("Note edits every"), seconds)
        note = QLabel(self.tr("After a crash, the next start offers what was not saved."))
        write_as(note, self.theme, CAPTION, colour=self.theme.colours.secondary)
        note.setWordWrap(True)
        form.addRow("", note)

    def _runs(self) -> None:
        form = self._section(self.tr("Runs"))
        schemes = {name: scheme_word(name) for name in (AUTO, *PREFERENCE)}
        self._choice(form, self.tr("Scheme of new pipelines"), "scheme", schemes)
        self._row(form, self.tr("Folder for results"), self._folder())

    def _leaving(self) -> None:
        form = self._section(self.tr("Closing the window"))
        fates = {"ask": self.tr("Ask"), "stop": self.tr("Stop"), "leave": self.tr("Leave running")}
        self._choice(form, self.tr("Runs that go on"), "leave_runs", fates)
        self._choice(form, self.tr("Clusters of Treadle"), "leave_clusters", fates)

    def _folder(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._cache = QLineEdit(self._settings.text("cache_folder"))
        self._cache.setPlaceholderText(self.tr("The user’s cache"))
        self._cache.setAccessibleName(self.tr("Folder for results"))
        self._cache.editingFinished.connect(lambda: self._settings.set("cache_folder", self._cache.text().strip()))
        browse = QPushButton(self.tr("Browse…"))
        browse.setAutoDefault(False)
        browse.setAccessibleName(self.tr("Choose the folder for results"))
        browse.clicked.connect(self._browse)
        row.addWidget(self._cache, 1)
        row.addWidget(browse)
        holder.setFocusProxy(self._cache)
        return holder

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder for results"), self._cache.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_folder)
        dialog.open()

    def _take_folder(self, folder: str) -> None:
        self._cache.setText(folder)
        self._settings.set("cache_folder", folder)

    def _reset(self) -> None:
        for name in SHOWN:
            self._settings.set(name, DEFAULTS[name])
        self.reject()

    # Rows

    def _section(self, title: str) -> QFormLayout:
        self.heading(title)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setHorizontalSpacing(6 * GRID)
        form.setVerticalSpacing(2 * GRID)
        form.setContentsMargins(0, 0, 0, 3 * GRID)
        self.body.addLayout(form)
        return form

    def _choice(self, form: QFormLayout, title: str, name: str, values: dict[str, str]) -> None:
        box = QComboBox()
        for value, words in values.items():
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(self._settings.text(name))))
        box.currentIndexChanged.connect(lambda _index: self._settings.set(name, str(box.currentData())))
        box.setMinimumHeight(7 * GRID)
        self._row(form, title, box)

    def _flag(self, form: QFormLayout, title: str, name: str) -> None:
        box = QCheckBox(title)
        box.setAccessibleName(title)
        box.setChecked(self._settings.flag(name))
        box.toggled.connect(lambda on: self._settings.set(name, on))
        form.addRow("", box)

    def _row(self, form: QFormLayout, title: str, widget: QWidget) -> None:
        widget.setAccessibleName(title)
        label = QLabel(title)
        label.setBuddy(widget)
        label.setMinimumWidth(150)
        form.addRow(label, widget)
