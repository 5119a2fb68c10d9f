"""What runs are called: readable, in the order of time, each once."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import TYPE_CHECKING

from .tables import SUFFIX, claim

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MAX_NAME = 24
_OTHER = re.compile(r"[^a-z0-9]+")


def run_id(when: datetime, name: str, random: str) -> str:
    """Return the id of a run: ``2026-11-21-1432-fmri-a3f9``; it can be a file name anywhere."""
    return f"{when:%Y-%m-%d-%H%M}-{slug(name)}-{random}"


def fresh_run_id(folder: Path, when: datetime, name: str) -> str:
    """Return an id that no run in the folder of journals has, and that none will be given: its file is claimed.

    Where no file can be made any id is as good; what is wrong is told by who wants to write there.
    """
    while True:
        found = run_id(when, name, secrets.token_hex(2))
        try:
            claim(folder / f"{found}{SUFFIX}")
        except FileExistsError:
            if folder.is_dir():
                continue
        except OSError:
            pass
        return found


def slug(name: str) -> str:
    """Return a name in plain small letters and digits, ``run`` if nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name[:200]).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")[:MAX_NAME].strip("-") or "run"
