"""The contest's own log as a file: lines of JSON, each chained to the one before, synced before a call returns.

First line ``{"format": "judge-app/contest/1"}``, then one line an entry, in the form of a session's mirror:
``{"seq": 3, "prev_hash": HEX, "hash": HEX, "body": "the hashed bytes as text"}``. A line without its line feed was being
written when the power went; it does not count. Two programs write in turn: whoever appends says which head he saw.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from judge_app.core.contest import Contest
from judge_app.core.contest_log import VERSION, Body, Entry, LogRecord, read, seal
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.core.journal import GENESIS
from judge_app.store import chained_line
from judge_app.store.durable import sync_folder
from judge_app.store.errors import failure_of
from judge_app.store.lock import FileLock

FORMAT = "judge-app/contest/1"
SUFFIX = ".contest"
_FIRST = msgspec.json.encode({"format": FORMAT}) + b"\n"


def log_beside(folder: str | Path, contest: Contest, *, rehearsal: bool) -> Path:
    """Where the log of a contest lies in a folder: one file for each contest, its rehearsals apart."""
    parts = [contest.name, contest.edition, contest.region, contest.round, "演练" if rehearsal else ""]
    name = re.sub(r"[^\w.()（）-]+", "_", "-".join(part for part in parts if part)).strip("._")
    return Path(folder) / f"{name[:80] or 'contest'}{SUFFIX}"


def _now() -> datetime:
    return datetime.now(UTC)


def read_contest_log(path: str | Path) -> list[LogRecord]:
    """All entries of a log, checked; none where the file is not there. Raises BadInput (CorruptSession among them)."""
    path = Path(path)
    try:
        return _whole(path)[0]
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise BadInput(
            Problem(str(path), f"大赛记录无法读取（{problem.strerror}）", f"cannot be read ({problem.strerror})")
        ) from problem


def _whole(path: Path) -> tuple[list[LogRecord], int]:
    """(the records of all whole lines, where they end)."""
    found: list[LogRecord] = []
    prev = GENESIS
    with open(path, "rb") as file:
        first = file.readline(4096)
        if not first.endswith(b"\n"):
            return [], 0
        if first != _FIRST:
            raise BadInput(Problem(f"{path}:1", "不是大赛记录文件", "this is no log of a contest"))
        end = len(first)
        for raw in file:
            if not raw.endswith(b"\n"):
                break
            record = chained_line.checked(path, raw, len(found) + 1, prev, read)
            found.append(record)
            prev = record.hash
            end += len(raw)
    return found, end


def append(
    path: str | Path,
    entries: Sequence[Entry],
    actor: str,
    *,
    seen: int,
    clock: Callable[[], datetime] = _now,
) -> list[LogRecord]:
    """Write and sync entries behind entry ``seen``, the last one that the writer knew; returns all records.

    Raises Refused without a name or where somebody else has written since, BadInput for a file that is no log or is
    damaged, StoreFailed where the disk takes no write; then nothing was written that counts.
    """
    path = Path(path)
    if not actor.strip():
        raise Refused("name_missing", "请写明由谁记录", "say who records it")
    try:
        lock = FileLock(path)
    except OSError as problem:
        raise failure_of(path, problem) from problem
    try:
        records, end = _whole(path) if path.exists() else ([], 0)
        if len(records) != seen:
            raise Refused(
                "moved", "另一个窗口刚写入了大赛记录，请重新核对", "another window has written to the log: look again"
            )
        at = clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for entry in entries:
            body = Body(
                seq=len(records) + 1,
                version=VERSION,
                actor=actor.strip(),
                at=at,
                salt=secrets.token_hex(16),
                entry=entry,  # type: ignore[arg-type]  # the union has every entry
            )
            records.append(seal(body, records[-1].hash if records else GENESIS))
        _write(path, end, b"".join(map(chained_line.written, records[seen:])))
    except OSError as problem:
        raise failure_of(path, problem) from problem
    finally:
        lock.release()
    return records


def _write(path: Path, end: int, lines: bytes) -> None:
    """Behind ``end``; raises OSError, and then nothing of it stands."""
    fresh = not path.exists()
    with open(path, "w+b" if fresh else "r+b", buffering=0) as file:
        file.truncate(end)  # a line that was torn by a power cut
        file.seek(end)
        try:
            left = memoryview(lines if end else _FIRST + lines)
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(end)
                os.fsync(file.fileno())
            raise
    if fresh:
        sync_folder(path)
