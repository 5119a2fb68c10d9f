"""Starts engines: with a controller of their own where none runs, else beside those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from ...theme.tokens import GRID
from . import words
from .remembered import MOST_ENGINES, HowToStart
from .sheet import ClusterSheet

if TYPE_CHECKING:
    from ...theme.theme import Theme
    from ..clusters import Clusters
    from .remembered import Remembered

LEAST_SECONDS, MOST_SECONDS = 5, 3_600
WIDTH = 460


class StartDialog(ClusterSheet):
    """Closes once the engines are there. A start that fails or is given up leaves nothing but what is in the fields."""

    def __init__(self, clusters: Clusters, remembered: Remembered, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self._remembered = remembered
        self._added = False
        self.entitle(self.tr("Start engines"))
        self.title = self.heading("")
        self.about = self.quiet(self.text(""))
        self.fields = QWidget(self)
        self.form = QFormLayout(self.fields)
        self.form.setContentsMargins(0, GRID, 0, GRID)
        self.form.setHorizontalSpacing(4 * GRID)
        self.form.setVerticalSpacing(2 * GRID)
        self.body.addWidget(self.fields)
        self._make_fields()
        self.body.addStretch(1)
        self.closing_button(self.tr("Cancel"), default=False)
        self.start = self.button(self.tr("Start engines"), default=True)
        self.start.clicked.connect(self.begin_start)
        self.setMinimumWidth(WIDTH)
        self._fill(remembered.how(clusters.chosen))
        self.tight = True
        self.refresh()
        self.engines.setFocus()

    def _make_fields(self) -> None:
        self.engines = self._number(0, MOST_ENGINES)
        self._row(self.tr("Engines"), self.engines, self.tr("Number of engines"))
        host = self.clusters.host
        where = QLabel(self.tr("On {host}, where the runner is").format(host=host) if host else self.tr("This machine"))
        self._row(self.tr("Where"), where, self.tr("Where"))
        self.python = QLineEdit(self)
        self.python.setPlaceholderText(self.tr("the Python of Treadle"))
        browse = QPushButton(self.tr("Browse…"), self)
        browse.setAutoDefault(False)
        browse.setAccessibleName(self.tr("Browse for a Python"))
        browse.clicked.connect(self._browse)
        self.python_row = QWidget(self)
        row = QHBoxLayout(self.python_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.python, 1)
        row.addWidget(browse)
        self.python.setAccessibleName(self.tr("Python of the controller and the engines"))
        self.form.addRow(self.tr("Python"), self.python_row)
        self.niceness = self._number(-20, 19)
        self.niceness.setToolTip(self.tr("A high niceness is kind to other programs on this machine"))
        self._row(self.tr("Niceness"), self.niceness, self.tr("Niceness"))
        self.encrypt = QCheckBox(self.tr("Encrypt all connections (CurveZMQ)"), self)
        self.encrypt.toggled.connect(self.refresh)
        self.form.addRow("", self.encrypt)
        self.deadline = self._number(LEAST_SECONDS, MOST_SECONDS)
        self.deadline.setSuffix(" s")
        self._row(self.tr("Give up after"), self.deadline, self.tr("Give up after so many seconds"))

    def _number(self, least: int, most: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(least, most)
        # Who types less than the least gets that, and not what stood there before.
        box.setCorrectionMode(QSpinBox.CorrectionMode.CorrectToNearestValue)
        box.setFixedWidth(44 * GRID)
        box.setAlignment(Qt.AlignmentFlag.AlignLeft)
        return box

    def _row(self, title: str, field: QWidget, name: str) -> None:
        field.setAccessibleName(name)
        self.form.addRow(title, field)

    def _one_a_core(self) -> str:
        return self.tr("one for each core ({count})").format(count=self.clusters.cores)

    def _browse(self) -> None:
        chooser = QFileDialog(self, self.tr("Python of the engines"))
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.python.setText)
        chooser.open()

    # What holds

    @property
    def adds(self) -> bool:
        """Whether there is a cluster already, to which engines are added."""
        return self.cluster is not None

    def refresh(self) -> None:
        """Say what would be started, and where."""
        if self.strip.going:
            # A cluster that is being started is there before it is ready: it stays the one that is being started.
            self.enable(idle=False)
            return
        row, name = self.cluster, self.clusters.current
        if self._added and row is None:
            self.engines.setValue(self._remembered.how(name.profile).engines)
        self._added = row is not None
        for field in (self.python_row, self.niceness, self.encrypt):
            self.form.setRowVisible(field, row is None)
        self.engines.setMinimum(0 if row is None else 1)
        self.engines.setSpecialValueText(self._one_a_core() if row is None else "")
        if row is None:
            self.title.setText(self.tr("Start a cluster in profile {name}").format(name=name))
            about = self.tr("A controller and its engines. They end with Treadle, unless you leave them running.")
            if not self.encrypt.isChecked():
                about += " " + self.tr("Without encryption, others on this machine may listen.")
        else:
            self.title.setText(self.tr("Add engines to cluster {name}").format(name=name))
            about = self.tr("It has {engines}.").format(engines=words.counted(row.engines))
            if not row.ours:
                about += " " + self.tr("Its controller is somebody else’s and goes on when these are stopped.")
        self.about.setText(about)
        self.enable(idle=True)

    def enable(self, *, idle: bool) -> None:
        """Let the fields be changed while nothing goes on."""
        self.fields.setEnabled(idle)
        self.start.setEnabled(idle and self.clusters.state == "ready")

    def _fill(self, how: HowToStart) -> None:
        self.engines.setValue(how.engines)
        self.python.setText(how.python)
        self.niceness.setValue(how.niceness)
        self.encrypt.setChecked(how.encrypt)
        self.deadline.setValue(how.deadline)

    def how(self) -> HowToStart:
        """Return what the fields say."""
        return HowToStart(
            engines=self.engines.value(),
            python=self.python.text().strip(),
            niceness=self.niceness.value(),
            encrypt=self.encrypt.isChecked(),
            deadline=self.deadline.value(),
        )

    def begin_start(self) -> None:
        """Start what the fields say."""
        how, name = self.how(), self.clusters.current
        if self.adds:
            operation = self.clusters.add_engines(name, how.engines, deadline=how.deadline)
        else:
            self._remembered.keep_how(name.profile, how)
            operation = self.clusters.start(
                name,
                how.engines,
                deadline=how.deadline,
                python=how.python,
                niceness=how.niceness,
                encrypt=how.encrypt,
                variables=self._remembered.variables(name.profile),
            )
        self.begin(operation, lambda _answer: self.accept())
