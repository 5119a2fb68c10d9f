"""What schemes are called wherever the window names them."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from ...core.registry.scheme_plugins import scheme_plugins
from .scheme_choices import AUTO

_WORDS = {AUTO: "Auto", "serial": "Serial", "threads": "Threads", "processes": "Processes", "ipython": "IPython"}


def scheme_word(scheme: str) -> str:
    """Return the word for a scheme, or for AUTO; that of a plug-in is its name."""
    word = _WORDS.get(scheme)
    return QCoreApplication.translate("Schemes", word) if word else scheme


def plugin_words(scheme: str) -> str:
    """Return what the plug-in of a scheme says of itself, and which it is; empty if the scheme is of none."""
    plugin = scheme_plugins().get(scheme)
    if plugin is None:
        return ""
    origin = QCoreApplication.translate("Schemes", "From the plug-in {name}").format(name=plugin.origin)
    return f"{plugin.about} · {origin}" if plugin.about else origin
