"""Coloured drawings as files: a style sheet can show a picture only from a file."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .icons import Drawings


class Pictures:
    """Writes each drawing once per colour. Where nothing can be written there are none, and nothing else is lost."""

    def __init__(self, drawings: Drawings, folder: Path | None = None) -> None:
        self._drawings = drawings
        self._folder = folder or _default_folder()

    def file(self, name: str, colour: str) -> str:
        """Return the path of a drawing in a colour, as a style sheet writes it; empty if it cannot be written."""
        file = self._folder / f"{name}-{colour.lstrip('#')}.svg"
        text = self._drawings.text(name).replace("currentColor", colour)
        with suppress(OSError):
            if not file.is_file() or file.read_text(encoding="utf-8") != text:
                self._folder.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self._folder, delete=False) as part:
                    part.write(text)
                Path(part.name).replace(file)
            return file.as_posix()
        return ""


def _default_folder() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("treadle") / "pictures"
