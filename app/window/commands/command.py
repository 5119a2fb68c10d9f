"""What a command is: its name, words, key and icon, and when it can be asked for."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication

CONTEXT = "commands"
"""Under this name the translators find the words of commands."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be asked for.

    ``text`` and ``about`` are English, and shown translated; an ``&`` marks the letter for the keyboard in menus.
    ``when`` names the facts that all have to hold for it to be enabled, apart by spaces; ``!fact`` must not hold.
    ``group`` is where lists of commands show it. Those of ``canvas`` hear their key only while the canvas has the
    keyboard, so that letters can be typed everywhere else.
    """

    id: str
    text: str
    group: str
    shortcut: str = ""
    icon: str = ""
    about: str = ""
    when: str = ""
    checkable: bool = False
    canvas: bool = False

    @property
    def menu_text(self) -> str:
        """The words for a menu, in the person's language."""
        return QCoreApplication.translate(CONTEXT, self.text)

    @property
    def words(self) -> str:
        """The words for lists and tooltips: without the mark and the dots of a menu."""
        return self.menu_text.replace("&", "").removesuffix("…")

    @property
    def group_words(self) -> str:
        """The group, in the person's language."""
        return QCoreApplication.translate(CONTEXT, self.group)

    @property
    def about_words(self) -> str:
        """A sentence on what it does, in the person's language; empty if the words say it all."""
        return QCoreApplication.translate(CONTEXT, self.about) if self.about else ""

    def holds(self, facts: frozenset[str]) -> bool:
        """Say whether it can be asked for when these facts hold."""
        return all((fact[1:] not in facts) if fact.startswith("!") else fact in facts for fact in self.when.split())
