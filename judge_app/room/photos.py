"""Photos of paper sheets, kept beside the session file under the SHA-256 of their bytes; the journal holds the hash.

``NAME.roadshow.papers/HASH.jpg``: a file that is there is whole, and is what its name says.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from judge_app.core.errors import Refused
from judge_app.wire.messages import MAX_PHOTO

MOST = 500
"""How many photos a session keeps."""
_KINDS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}


def folder_of(session_file: Path) -> Path:
    return session_file.with_name(session_file.name + ".papers")


class Photos:
    """The photos of one session."""

    def __init__(self, session_file: Path) -> None:
        self._folder = folder_of(session_file)
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        self._kept = {path.stem for path in found if path.suffix in _KINDS.values()}

    def known(self, digest: str) -> bool:
        return digest in self._kept

    def keep(self, digest: str, data: bytes) -> None:
        """Write a photo so that it is on the disk when this returns; the same again is nothing new. Raises Refused for
        what is no photo, too large, not what its hash says, or one too many, and OSError where it cannot be written."""
        if self.known(digest):
            return
        ending = next((ending for magic, ending in _KINDS.items() if data.startswith(magic)), None)
        if ending is None:
            raise Refused("not_a_photo", "不是 JPEG 或 PNG 图片", "this is no JPEG or PNG picture")
        if len(data) > MAX_PHOTO:
            raise Refused("photo_too_large", "照片过大", "the photo is too large")
        if hashlib.sha256(data).hexdigest() != digest:
            raise Refused("photo_damaged", "照片在传输中损坏，请重试", "the photo was damaged on its way: try again")
        if len(self._kept) >= MOST:
            raise Refused("too_many_photos", "本场照片过多", "the session has too many photos")
        self._folder.mkdir(exist_ok=True)
        fresh = self._folder / f"{digest}.new"
        with open(fresh, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / f"{digest}{ending}")
        if os.name == "posix":
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._kept.add(digest)
