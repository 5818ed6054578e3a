"""The mirror: the journal once more as lines of JSON, synced, on a second medium (a USB stick, say).

First line ``{"format": "judge-app/mirror/1"}``, then one line a record:
``{"seq": 57, "prev_hash": HEX, "hash": HEX, "body": "the hashed bytes as text"}``. A line without its line feed was being
written when the power went; it does not count. The mirror follows the session file and is never asked while that holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from judge_app.core.errors import BadInput, Problem
from judge_app.core.journal import GENESIS, Record, chain, read
from judge_app.store.errors import CorruptSession, failure_of
from judge_app.store.session_file import SessionFile

FORMAT = "judge-app/mirror/1"
_FIRST = msgspec.json.encode({"format": FORMAT}) + b"\n"


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seq: int
    prev_hash: str
    hash: str
    body: str


_decoder = msgspec.json.Decoder(_Line)


def _line(record: Record) -> bytes:
    line = _Line(record.seq, record.prev_hash.hex(), record.hash.hex(), record.data.decode())
    return msgspec.json.encode(line) + b"\n"


def _lines(path: Path) -> Iterator[tuple[int, Record]]:
    """(offset behind the line, record) for every whole line; raises CorruptSession at the first that does not hold."""
    expected, prev = 1, GENESIS
    with open(path, "rb") as file:
        first = file.readline(4096)
        if not first.endswith(b"\n"):
            return
        if first != _FIRST:
            raise BadInput(Problem(f"{path}:1", "不是场次镜像文件", "this is no mirror of a session"))
        offset = len(first)
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            try:
                line = _decoder.decode(raw)
                record = read(line.body.encode(), bytes.fromhex(line.prev_hash), bytes.fromhex(line.hash))
            except (msgspec.MsgspecError, ValueError) as problem:
                raise CorruptSession(path, "record", str(problem), first_bad=expected, good=expected - 1) from problem
            wrong = ""
            if line.seq != expected or record.seq != expected:
                wrong = f"seq {expected} is missing"
            elif record.prev_hash != prev:
                wrong = "prev_hash is not the hash before"
            elif chain(prev, record.data) != record.hash:
                wrong = "hash does not fit body"
            if wrong:
                raise CorruptSession(path, "record", wrong, first_bad=expected, good=expected - 1)
            offset += len(raw)
            yield offset, record
            expected, prev = expected + 1, record.hash


def read_mirror(path: str | Path) -> list[Record]:
    """All records of a mirror, checked; a torn last line is left out. Raises BadInput (CorruptSession among them)."""
    path = Path(path)
    try:
        return [record for _, record in _lines(path)]
    except OSError as problem:
        raise BadInput(
            Problem(str(path), f"镜像无法读取（{problem.strerror}）", f"the mirror cannot be read ({problem.strerror})")
        ) from problem


class MirrorAhead(BadInput):
    """The mirror goes on where the session file ends: records have been lost from the file; see recovery.recover."""

    def __init__(self, path: Path, mirror: int, session: int) -> None:
        super().__init__(
            Problem(
                str(path),
                f"镜像有 {mirror} 条记录，场次文件只有 {session} 条：场次文件丢失了记录，请恢复",
                f"the mirror has {mirror} records, the session file only {session}: the file has lost records, recover it",
            )
        )


class Mirror:
    """A mirror being kept; made by ``open``. Every call may raise StoreFailed, which harms nothing but the mirror:
    open it again when its medium is back."""

    def __init__(
        self, path: Path, file: BinaryIO, head: tuple[int, bytes], set_aside: Path | None, why: Problem | None
    ) -> None:
        self.path = path
        self.set_aside = set_aside
        """Where ``open`` moved a file that was damaged or had another chain, with ``why``; None where it had not to."""
        self.why = why
        self._file = file
        self._head = head

    @classmethod
    def open(cls, path: str | Path, session: SessionFile) -> Mirror:
        """Take up (or begin) the mirror of ``session`` at ``path`` and bring it up to the session's head.

        A torn last line is cut off. A mirror that is damaged or has another chain is renamed and kept, and begun anew.
        Raises MirrorAhead, and leaves the mirror alone, where it has this chain and more of it.
        """
        path = Path(path)
        kept: Path | None = None
        why: Problem | None = None
        try:
            end, head = 0, (0, GENESIS)
            if path.exists():
                try:
                    end, head = cls._follow(path, session)
                except MirrorAhead:
                    raise
                except BadInput as problem:
                    why = problem.problems[0]
                    number = 1
                    while path.with_name(f"{path.stem}.kept-{number}{path.suffix}").exists():
                        number += 1
                    kept = path.rename(path.with_name(f"{path.stem}.kept-{number}{path.suffix}"))
                    end, head = 0, (0, GENESIS)
            file = open(path, "r+b" if path.exists() else "w+b")  # noqa: SIM115 - kept open
            try:
                file.truncate(end)
                file.seek(end)
                if end == 0:
                    file.write(_FIRST)
                    file.flush()
                    os.fsync(file.fileno())
                mirror = cls(path, file, head, kept, why)
                mirror.catch_up(session)
            except BaseException:
                file.close()
                raise
        except OSError as problem:
            raise failure_of(path, problem) from problem
        return mirror

    @staticmethod
    def _follow(path: Path, session: SessionFile) -> tuple[int, tuple[int, bytes]]:
        """Where the whole lines end and the head they have, if they are the session's own."""
        end, head = 0, (0, GENESIS)
        if path.stat().st_size >= len(_FIRST):
            end = len(_FIRST)
        own = session.records()
        follows = True
        for offset, record in _lines(path):
            mine = next(own, None)
            if mine is None:
                follows = False
            elif mine.hash != record.hash:
                raise BadInput(Problem(str(path), "镜像属于另一条链", "the mirror has another chain"))
            end, head = offset, (record.seq, record.hash)
        if not follows and session.head()[0] > 0:
            raise MirrorAhead(path, head[0], session.head()[0])
        if not follows:
            raise BadInput(Problem(str(path), "镜像属于另一场次", "the mirror belongs to another session"))
        return end, head

    def head(self) -> tuple[int, bytes]:
        """(seq, hash) of the last record that is on the second medium."""
        return self._head

    def catch_up(self, session: SessionFile) -> int:
        """Write and sync what the session has beyond the mirror, 500 records at a time; returns how many they were."""
        count = 0
        batch: list[Record] = []
        for record in session.records(self._head[0]):
            batch.append(record)
            if len(batch) == 500:
                self.append(batch)
                count, batch = count + 500, []
        self.append(batch)
        return count + len(batch)

    def append(self, records: Sequence[Record]) -> None:
        """Write and sync records that follow the mirror's head."""
        if not records:
            return
        if records[0].prev_hash != self._head[1]:
            raise ValueError(f"record {records[0].seq} does not follow the mirror's head {self._head[0]}")
        try:
            self._file.write(b"".join(map(_line, records)))
            self._file.flush()
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as problem:
            raise failure_of(self.path, problem) from problem
        self._head = (records[-1].seq, records[-1].hash)

    def close(self) -> None:
        """Close the file; what was appended has been synced already."""
        try:
            self._file.close()
        except OSError as problem:
            raise failure_of(self.path, problem) from problem
