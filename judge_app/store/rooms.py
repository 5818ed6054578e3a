"""All rooms of a contest as far as this computer can see them: from a centre, from session files, or from both.

``Watch.look`` reads what is new and folds it; it may take its time, so windows call it on a thread of their own. Where both
a centre and a session's own file are given, they are compared: counts, heads and sums, equal or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.journal import Record
from judge_app.core.session import State
from judge_app.store.backups import Backups
from judge_app.store.central import Central, Difference
from judge_app.store.central_database import parse_url
from judge_app.store.errors import StoreFailed
from judge_app.store.intake import Alarm, Head
from judge_app.store.lock import InUse
from judge_app.store.projections import Fold, fold
from judge_app.store.session_file import read_session

_DAMAGED = re.compile(r"\.damaged-\d+$")


class Check(Struct, frozen=True):
    """What a comparison found. ``by`` is what the centre was compared with: the session's own ``file``, or only its own
    ``tables``; a file alone has been read whole and its chain holds (``chain``)."""

    by: Literal["file", "tables", "chain"]
    differences: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        return not self.differences


class Room(Struct, frozen=True):
    """One session as it was last seen. ``place`` is where from (a file's name; '' for the centre); ``stale`` says that a
    running room holds the file and what is seen is its last backup."""

    session_id: str
    folded: Fold
    check: Check
    place: str = ""
    stale: bool = False
    contested: bool = False
    heads: tuple[Head, ...] = ()
    """All chains of a contested session at the centre, the one that counts now first."""
    alarms: tuple[Alarm, ...] = ()

    @property
    def state(self) -> State:
        return self.folded.state


class Look(Struct, frozen=True):
    """All rooms at one moment. ``troubles`` are files that could not be read, each with its place."""

    rooms: tuple[Room, ...]
    troubles: tuple[Problem, ...] = ()
    at: str = ""


class _Held(Struct, frozen=True):
    """A session file as it was read: what it was like on the disk, its records or why there are none."""

    stamp: tuple[tuple[str, int, int], ...]
    records: tuple[Record, ...] = ()
    folded: Fold = Fold()
    stale: bool = False
    problem: Problem | None = None


def is_address(place: str) -> bool:
    """Whether a place is the address of a centre; else it is a session file or a folder of such."""
    return "://" in place


class Watch:
    """Rooms to be looked at. ``places``: addresses of centres (at most one), session files, folders with session files.

    Raises BadInput for two centres, an address that is none, and a place that is not there.
    """

    def __init__(self, places: Sequence[str | Path]) -> None:
        centres = [str(place) for place in places if is_address(str(place))]
        self._paths = [Path(place) for place in places if not is_address(str(place))]
        if len(centres) > 1:
            raise BadInput(Problem(centres[1], "只能连接一个中心库", "one centre at a time"))
        for centre in centres:
            _check_address(centre)
        for path in self._paths:
            if not path.exists():
                raise BadInput(Problem(str(path), "没有这个文件或文件夹", "there is no such file or folder"))
        self._url = centres[0] if centres else ""
        self._central: Central | None = None
        self._folds: dict[str, Fold] = {}
        self._files: dict[Path, _Held] = {}
        self._checks: dict[str, tuple[tuple[bytes, tuple[int, bytes]], Check]] = {}
        self._doubted: dict[str, bytes] = {}

    @property
    def folder(self) -> Path | None:
        """Where what is decided about the contest is kept beside what it is about; None for a centre on a server."""
        if self._paths:
            return self._paths[0] if self._paths[0].is_dir() else self._paths[0].parent
        if self._url.startswith("sqlite"):
            return Path(self._url.split("///", 1)[-1]).parent
        return None

    def close(self) -> None:
        if self._central is not None:
            self._central.close()
            self._central = None

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def look(self) -> Look:
        """All rooms now. Raises BadInput or StoreFailed where the centre cannot be asked."""
        troubles: list[Problem] = []
        files: dict[str, tuple[Path, _Held]] = {}
        torn: set[str] = set()
        for path in self._session_files():
            held = self._file(path)
            if held.problem is not None:
                troubles.append(held.problem)
                continue
            session_id = held.folded.state.session.session_id
            if session_id in files and not _one_chain(files[session_id][1], held):
                torn.add(session_id)
            if session_id not in files or held.folded.seq > files[session_id][1].folded.seq:
                files[session_id] = path, held
        rooms = [self._of_file(path, held, torn) for path, held in files.values()]
        if self._url:
            seen = self._at_centre(files)
            rooms = [*seen, *(room for room in rooms if room.session_id not in {one.session_id for one in seen})]
        rooms.sort(key=_planned)
        return Look(rooms=tuple(rooms), troubles=tuple(troubles), at=_stamp())

    def resolve(self, session_id: str, head: Head, by: str, why: str) -> None:
        """Say which chain of a contested session counts at the centre. Raises BadInput, StoreFailed."""
        if self._central is not None:
            self._central.resolve(session_id, head.host, head.epoch, by, why)

    def settle(self, alarm: Alarm, by: str, why: str) -> None:
        """Somebody has looked at an alarm of the centre's. Raises StoreFailed."""
        if self._central is not None:
            self._central.settle(alarm, by, why)

    # files

    def _session_files(self) -> list[Path]:
        found: dict[Path, None] = {}
        for path in self._paths:
            inside = sorted(path.glob("*.roadshow")) if path.is_dir() else [path]
            found.update(dict.fromkeys(one for one in inside if not _DAMAGED.search(one.stem)))
        return list(found)

    def _file(self, path: Path) -> _Held:
        backups = Backups(path.parent / "backups", path.stem)
        stamp = _stamps([path, path.with_name(f"{path.name}-wal"), backups.folder])
        before = self._files.get(path)
        if before is not None and before.stamp == stamp:
            return before
        try:
            try:
                records, stale = read_session(path), False
            except InUse:
                newest = backups.newest_good()
                if newest is None:
                    raise
                records, stale = read_session(newest.path), True
            folded = fold(Fold(), records)
            if folded.state.setup is None:
                raise BadInput(Problem(path.name, "场次文件里还没有场次", "the session file holds no session yet"))
            held = _Held(stamp=stamp, records=tuple(records), folded=folded, stale=stale)
        except BadInput as error:
            one = error.problems[0]
            held = _Held(stamp=stamp, problem=Problem(path.name, one.zh, one.en))
        except StoreFailed as failed:
            held = _Held(stamp=stamp, problem=Problem(path.name, failed.zh, failed.en))
        self._files[path] = held
        return held

    def _of_file(self, path: Path, held: _Held, torn: set[str]) -> Room:
        session_id = held.folded.state.session.session_id
        return Room(
            session_id=session_id,
            folded=held.folded,
            check=Check(by="chain"),
            place=path.name,
            stale=held.stale,
            contested=session_id in torn,
        )

    # the centre

    def _at_centre(self, files: dict[str, tuple[Path, _Held]]) -> list[Room]:
        central = self._central = self._central or self._connected()
        alarms: dict[str, list[Alarm]] = {}
        for alarm in central.alarms():
            alarms.setdefault(alarm.session_id, []).append(alarm)
        rooms = []
        for journal in central.journals():
            folded = self._folded(central, journal.session_id, journal.seq, journal.hash)
            if folded.state.setup is None:
                continue
            given = files.get(journal.session_id)
            rooms.append(
                Room(
                    session_id=journal.session_id,
                    folded=folded,
                    check=self._check(central, journal.session_id, folded, None if given is None else given[1]),
                    place="" if given is None else given[0].name,
                    contested=journal.contested,
                    heads=central.heads(journal.session_id) if journal.contested else (),
                    alarms=tuple(alarms.get(journal.session_id, ())),
                )
            )
        return rooms

    def _connected(self) -> Central:
        _check_address(self._url)
        return Central.connect(self._url)

    def _folded(self, central: Central, session_id: str, seq: int, digest: bytes) -> Fold:
        before = self._folds.get(session_id, Fold())
        if before.hash == digest:
            return before
        after = central.records(session_id, before.seq) if before.seq < seq else []
        if not after or after[0].prev_hash != before.hash:
            before, after = Fold(), central.records(session_id)
        self._folds[session_id] = fold(before, after)
        return self._folds[session_id]

    def _check(self, central: Central, session_id: str, folded: Fold, held: _Held | None) -> Check:
        """Compared again only where something has come since; a file that a running room holds lags by its nature."""
        by_file = held is not None and not held.stale
        own = (held.folded.seq, held.folded.hash) if held is not None and by_file else (0, b"")
        known = self._checks.get(session_id)
        if known is not None and known[0] == (folded.hash, own) and known[1].equal:
            return known[1]
        if held is not None and by_file:
            found = central.reconcile(session_id, held.records)
            check = Check(by="file", differences=found.differences)
        else:
            check = Check(by="tables", differences=central.tables_against(session_id, folded))
            # The tables follow their events in a transaction of their own: only what stays different is a difference.
            if not check.equal and self._doubted.get(session_id) != folded.hash:
                self._doubted[session_id] = folded.hash
                return Check(by="tables")
        self._checks[session_id] = (folded.hash, own), check
        return check


def _check_address(url: str) -> None:
    """Raises BadInput for an address that is none; a SQLite file that is not there is not made by looking at it."""
    parsed = parse_url(url)
    if parsed.drivername == "sqlite" and not Path(parsed.database or "").is_file():
        raise BadInput(Problem(parsed.database or "", "没有这个中心库文件", "there is no such centre"))


def _stamps(paths: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    """What tells that a file has changed: for each that is there its name, size and time."""
    found = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((path.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _one_chain(one: _Held, other: _Held) -> bool:
    """Whether the shorter of two is the beginning of the longer."""
    short, long = sorted((one, other), key=lambda held: held.folded.seq)
    return short.folded.hash == long.records[short.folded.seq - 1].hash


def _planned(room: Room) -> tuple[str, str, str]:
    planned = room.state.session.session
    return planned.date, planned.start, planned.name


def _stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
