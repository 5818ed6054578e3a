"""What is kept of a deck, by its content: the PDF to fall back on, and a picture of each slide for the questions.

A folder for each content (its SHA-256), so that a changed deck is another one, and no name of anybody's file gets near
the disk. Parts are made beside and moved in whole: what is there is complete.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_BLOCK: Final = 1024 * 1024


def content_of(deck: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with deck.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class KeptDecks:
    """The folder that keeps them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pdf(self, sha256: str) -> Path | None:
        """The PDF of a deck, or None."""
        path = self._of(sha256) / "deck.pdf"
        return path if path.is_file() else None

    def still(self, sha256: str, slide: int) -> Path | None:
        """The picture of a slide (from 1), or None."""
        path = self._of(sha256) / "stills" / still_name(slide)
        return path if path.is_file() else None

    def stills(self, sha256: str) -> int:
        """How many pictures there are."""
        folder = self._of(sha256) / "stills"
        return sum(1 for _ in folder.glob("*.jpg")) if folder.is_dir() else 0

    def workshop(self) -> Path:
        """A fresh folder to make a part in, on the same disk; whoever asks takes it away again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="making-", dir=self.folder))

    def put_pdf(self, sha256: str, made: Path) -> Path:
        """Keep a PDF that was made of a deck; the file is moved."""
        target = self._of(sha256) / "deck.pdf"
        target.parent.mkdir(exist_ok=True)
        return made.replace(target)

    def put_stills(self, sha256: str, made: Path) -> None:
        """Keep a folder of pictures; it is moved."""
        target = self._of(sha256) / "stills"
        target.parent.mkdir(exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)

    def _of(self, sha256: str) -> Path:
        if _SHA256.fullmatch(sha256) is None:
            raise ValueError("not the SHA-256 of a deck")
        return self.folder / sha256


def still_name(slide: int) -> str:
    """``0007.jpg``"""
    return f"{slide:04d}.jpg"
