"""What schemes are called wherever the window names them."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from .scheme_choices import AUTO

_WORDS = {AUTO: "Auto", "serial": "Serial", "threads": "Threads", "processes": "Processes", "ipython": "IPython"}


def scheme_word(scheme: str) -> str:
    """Return the word for a scheme, or for AUTO; that of a plug-in is its name."""
    word = _WORDS.get(scheme)
    return QCoreApplication.translate("Schemes", word) if word else scheme
