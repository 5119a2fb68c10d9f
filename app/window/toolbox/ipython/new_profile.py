"""Makes a profile: an empty one, or one with the settings of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from ...theme.tokens import GRID
from .sheet import ClusterSheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...theme.theme import Theme
    from ..clusters import Clusters

WIDTH = 420


class NewProfileDialog(ClusterSheet):
    """Closes once the profile is made; ``use`` is then asked to change to it, if that is wanted."""

    def __init__(
        self,
        clusters: Clusters,
        theme: Theme,
        use: Callable[[str], object],
        like: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(clusters, theme, parent)
        self._use = use
        self.entitle(self.tr("Duplicate profile") if like else self.tr("New profile"))
        self.heading(self.windowTitle())
        about = self.tr("A profile is a folder of IPython’s with settings for controllers and engines.")
        self.quiet(self.text(about))
        self._add_fields(like)
        self.body.addStretch(1)
        self.closing_button(self.tr("Cancel"), default=False)
        self.make = self.button(self.tr("Make"), default=True)
        self.make.clicked.connect(self.begin_make)
        self.name.textChanged.connect(lambda _text: self.enable(idle=True))
        self.setMinimumWidth(WIDTH)
        self.tight = True
        self.enable(idle=True)
        self.name.setFocus()
        self.name.selectAll()

    def _add_fields(self, like: str) -> None:
        self.name, self.like = QLineEdit(self), QComboBox(self)
        self.name.setAccessibleName(self.tr("Name of the profile"))
        self.name.setText(self._free_name(like) if like else "")
        self.like.setAccessibleName(self.tr("Whose settings it gets"))
        self.like.addItem(self.tr("None: the defaults of IPython"), "")
        for profile in self.clusters.profiles:
            self.like.addItem(self.tr("Those of {name}").format(name=profile.name), profile.name)
        self.like.setCurrentIndex(max(0, self.like.findData(like)))
        self.use_it = QCheckBox(self.tr("Use it from now on"), self)
        self.use_it.setChecked(True)
        self.fields = QWidget(self)
        form = QFormLayout(self.fields)
        form.setContentsMargins(0, GRID, 0, GRID)
        form.setHorizontalSpacing(4 * GRID)
        form.setVerticalSpacing(2 * GRID)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Settings"), self.like)
        form.addRow("", self.use_it)
        self.body.addWidget(self.fields)

    def _free_name(self, like: str) -> str:
        names = {profile.name for profile in self.clusters.profiles}
        return next(name for at in range(2, len(names) + 3) if (name := f"{like}{at}") not in names)

    def enable(self, *, idle: bool) -> None:
        """Let the fields be changed while nothing goes on."""
        self.fields.setEnabled(idle)
        self.make.setEnabled(idle and bool(self.name.text().strip()))

    def begin_make(self) -> None:
        """Make the profile."""
        operation = self.clusters.make_profile(self.name.text().strip(), self.like.currentData())
        self.begin(operation, lambda _answer: self._made())

    def _made(self) -> None:
        wanted = self.name.text().strip() if self.use_it.isChecked() else ""
        self.accept()
        if wanted:
            self._use(wanted)
