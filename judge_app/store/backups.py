"""Backups of a session file in a folder: taken whole, checked before they count, the newest ones kept."""

from __future__ import annotations

import re
from pathlib import Path

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput
from judge_app.store.errors import StoreFailed, failure_of
from judge_app.store.session_file import SessionFile, head_of

KEPT = 20


class Backup(Struct, frozen=True):
    """One backup: where it lies and the head that it has by its name (``hash8``: the hash's first 8 hex digits)."""

    path: Path
    seq: int
    hash8: str


class Backups:
    """The backups of one session in ``folder``, as ``STEM-000057-9f3ac01d.roadshow``; ``keep`` newest stay."""

    def __init__(self, folder: str | Path, stem: str, keep: int = KEPT) -> None:
        self.folder = Path(folder)
        self.stem = stem
        self.keep = max(1, keep)
        self._name = re.compile(re.escape(stem) + r"-([0-9]{6,})-([0-9a-f]{8})\.roadshow")

    def take(self, session: SessionFile) -> Backup:
        """Back up what the session holds now. Raises StoreFailed; then nothing older has been removed."""
        fresh = self.folder / f"{self.stem}.taking"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            seq, digest = session.backup(fresh)
            taken = Backup(
                path=self.folder / f"{self.stem}-{seq:06d}-{digest.hex()[:8]}.roadshow", seq=seq, hash8=digest.hex()[:8]
            )
            fresh.replace(taken.path)
            for old in self.list()[self.keep :]:
                old.path.unlink(missing_ok=True)
        except OSError as problem:
            raise failure_of(fresh, problem) from problem
        return taken

    def list(self) -> list[Backup]:
        """All backups by their names, the one taken last first."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in self.folder.iterdir():
            match = self._name.fullmatch(path.name)
            if match:
                backup = Backup(path=path, seq=int(match[1]), hash8=match[2])
                found.append((path.stat().st_mtime_ns, backup.seq, path.name, backup))
        return [backup for _, _, _, backup in sorted(found, key=lambda entry: entry[:3], reverse=True)]

    def newest_good(self) -> Backup | None:
        """The newest backup that opens and holds together now, or None."""
        for backup in self.list():
            try:
                head_of(backup.path)
            except (BadInput, StoreFailed):
                continue
            return backup
        return None
