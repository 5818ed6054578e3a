"""Photos of paper sheets, kept beside the session file under the SHA-256 of their bytes; the journal holds the hash.

``NAME.roadshow.papers/HASH.jpg``: a file that is there is whole, and is what its name says.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from pathlib import Path

from judge_app.core.errors import Refused
from judge_app.store.durable import sync_folder
from judge_app.wire.messages import MAX_PHOTO

MOST = 500
"""How many photos a session keeps."""
_KINDS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}


def folder_of(session_file: Path) -> Path:
    return session_file.with_name(session_file.name + ".papers")


class PhotoFolder:
    """A folder of photos: the session's own, or a copy of it. Any thread may use it; each call may raise OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sound: dict[Path, tuple[int, int]] = {}
        """Files that were what their name says, with the size and time of change that they had then."""

    def read(self, digest: str) -> bytes | None:
        """The photo's bytes, or None where it is not here or is not what its name says."""
        for path in self._named(digest):
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == digest:
                return data
        return None

    def has(self, digest: str) -> bool:
        """Whether the photo is here and is what its name says; a file is read again where it has changed."""
        for path in self._named(digest):
            held = path.stat()
            state = held.st_size, held.st_mtime_ns
            if self._sound.get(path) == state:
                return True
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                self._sound[path] = state
                return True
        return False

    def put(self, digest: str, data: bytes) -> None:
        """Write a photo so that it is on the disk when this returns, in the place of one that was damaged. Raises
        ValueError for what is no photo."""
        ending = next((ending for magic, ending in _KINDS.items() if data.startswith(magic)), None)
        if ending is None:
            raise ValueError("this is no JPEG or PNG picture")
        self.path.mkdir(exist_ok=True)
        kept = self.path / f"{digest}{ending}"
        # A name of its own: the same photo may be written from several threads at once.
        fresh = self.path / f"{digest}-{uuid.uuid4().hex}.new"
        try:
            with open(fresh, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(kept)
        except BaseException:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise
        sync_folder(kept)

    def _named(self, digest: str) -> list[Path]:
        paths = (self.path / f"{digest}{ending}" for ending in _KINDS.values())
        return [path for path in paths if path.is_file()]


class Photos:
    """The photos of one session; its room alone makes one."""

    def __init__(self, session_file: Path) -> None:
        self.folder = PhotoFolder(folder_of(session_file))
        found = list(self.folder.path.iterdir()) if self.folder.path.is_dir() else []
        for left in found:
            if left.suffix == ".new":  # a photo that was being written when a room ended
                with contextlib.suppress(OSError):
                    left.unlink()
        self._kept = {path.stem for path in found if path.suffix in _KINDS.values()}

    def known(self, digest: str) -> bool:
        return digest in self._kept

    def keep(self, digest: str, data: bytes) -> None:
        """Write a photo so that it is on the disk when this returns; the same again is nothing new. Raises Refused for
        what is no photo, too large, not what its hash says, or one too many, and OSError where it cannot be written."""
        if self.known(digest) and self.folder.has(digest):
            return
        if not data.startswith(tuple(_KINDS)):
            raise Refused("not_a_photo", "不是 JPEG 或 PNG 图片", "this is no JPEG or PNG picture")
        if len(data) > MAX_PHOTO:
            raise Refused("photo_too_large", "照片过大", "the photo is too large")
        if hashlib.sha256(data).hexdigest() != digest:
            raise Refused("photo_damaged", "照片在传输中损坏，请重试", "the photo was damaged on its way: try again")
        if len(self._kept) >= MOST and not self.known(digest):
            raise Refused("too_many_photos", "本场照片过多", "the session has too many photos")
        self.put_back(digest, data)

    def put_back(self, digest: str, data: bytes) -> None:
        """Write a photo that a copy still has. Raises OSError."""
        self.folder.put(digest, data)
        self._kept.add(digest)
