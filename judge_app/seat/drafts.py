"""A judge's unfinished sheets, kept on his own computer and nowhere else: never sent, never submitted by themselves."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from judge_app.core.commands import Points


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has been filled in so far; criteria not yet marked are left out."""

    points: Points
    comment: str = ""


class Drafts:
    """Drafts by entry number, one private file a seat, replaced whole at every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._drafts: dict[str, Draft] = {}
        if path.exists():
            try:
                self._drafts = msgspec.json.decode(path.read_bytes(), type=dict[str, Draft])
            except (msgspec.DecodeError, UnicodeDecodeError):
                path.replace(path.with_name(path.name + ".damaged"))

    def all(self) -> dict[str, Draft]:
        """Every draft there is."""
        return dict(self._drafts)

    def put(self, entry_no: str, points: Points, comment: str) -> None:
        """Keep a draft; raises OSError."""
        self._drafts[entry_no] = Draft(points=points, comment=comment)
        self._save()

    def drop(self, entry_no: str) -> None:
        """The sheet was recorded: its draft is of no use any more."""
        if self._drafts.pop(entry_no, None) is not None:
            self._save()

    def wipe(self) -> None:
        """Leave nothing behind on a borrowed computer."""
        self._drafts = {}
        self._path.unlink(missing_ok=True)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self._drafts))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
