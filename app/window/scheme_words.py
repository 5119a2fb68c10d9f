"""What schemes are called wherever the window names them."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from .scheme_choices import AUTO


def scheme_word(scheme: str) -> str:
    """Return the word for a scheme, or for AUTO; that of a plug-in is its name."""
    words = {
        AUTO: _tr("Auto"), "serial": _tr("Serial"), "threads": _tr("Threads"), "processes": _tr("Processes"),
        "ipython": _tr("IPython"),
    }  # fmt: skip
    return words.get(scheme, scheme)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Schemes", text)
