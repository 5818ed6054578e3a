"""An independent check of what happened: reads a session file, the seats' outboxes and a centre with the standard library.

It shares nothing with the program but the written formats (``judge_app/verify/FORMAT.md``, the outbox's JSON lines), and
folds the scores by itself. ``problems`` names every breach of the invariants that must hold after any fault:

- receipts ⊆ store: what a seat was told is recorded is there, with those bytes, and nothing that was refused is;
- one effective sheet a judge and project: revisions go up by one, and only over a returned sheet;
- no change without an event, and no event without a command of that seat;
- the chain holds, and replay = live: what the room showed is what its events say;
- centre = room: the same bytes and the same scores.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Points = dict[str, dict[str, int]]
Scores = dict[tuple[str, str], Points]
"""(entry number, judge) → what counts, in hundredths."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of the journal as it lies in the file."""

    seq: int
    body: bytes
    prev_hash: bytes
    hash: bytes
    columns: tuple[Any, ...]
    said: dict[str, Any]

    @property
    def event(self) -> dict[str, Any]:
        return dict(self.said["event"])


@dataclasses.dataclass
class Outbox:
    """What one seat gave and heard, by command id; ``actor`` is its seat's id, or '' where nobody knows."""

    actor: str = ""
    submits: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    refusals: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)


def read_outbox(path: Path, actor: str = "") -> Outbox:
    """An outbox file; a torn last line does not count."""
    outbox = Outbox(actor)
    for line in path.read_bytes().splitlines(keepends=True):
        if not line.endswith(b"\n"):
            continue
        for kind, said in json.loads(line).items():
            getattr(outbox, f"{kind}s" if kind != "refusal" else "refusals")[said["command_id"]] = said
    return outbox


def read_journal(path: Path) -> list[Row]:
    """The journal of a file that no room holds, from a copy with its log, so that looking changes nothing."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        shutil.copyfile(path, copy)
        log = path.with_name(path.name + "-wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name("copy-wal"))
        connection = sqlite3.connect(copy)
        try:
            held = connection.execute(
                "SELECT seq, body, prev_hash, hash, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id"
                " FROM journal ORDER BY seq"
            ).fetchall()
        finally:
            connection.close()
    return [Row(seq, body, prev, digest, tuple(more), json.loads(body)) for seq, body, prev, digest, *more in held]


def problems(
    path: Path,
    *,
    receipts: Iterable[Mapping[str, Any]] = (),
    outboxes: Iterable[Outbox] = (),
    room_key: str = "",
    live: Scores | None = None,
    centre: Path | None = None,
    earlier: Sequence[Row] = (),
) -> list[str]:
    """Every breach that is found; empty for a sound history. ``room_key`` (hex) also proves the receipts' signatures,
    ``live`` is what a room showed as counting, ``earlier`` a reading of the same file before."""
    try:
        rows = read_journal(path)
    except (sqlite3.DatabaseError, ValueError, OSError) as error:
        return [f"the session file cannot be read: {error}"]
    kept = list(outboxes)
    held = (receipt for outbox in kept for receipt in outbox.receipts.values())
    found = check_rows(rows, (*receipts, *held), room_key)
    for outbox in kept:
        found += _outbox(rows, outbox)
    scores, wrong = fold(rows)
    found += wrong
    if live is not None and live != scores:
        found += [f"{key}: shown {live.get(key)}, recorded {scores.get(key)}" for key in _differing(live, scores)]
    for before, after in zip(earlier, rows, strict=False):
        if before.body != after.body or before.hash != after.hash:
            found.append(f"event {before.seq} is not what it was")
    if len(earlier) > len(rows):
        found.append(f"{len(earlier) - len(rows)} events are gone")
    if centre is not None:
        found += _centre(rows, scores, centre)
    return found


def check_rows(rows: Sequence[Row], receipts: Iterable[Mapping[str, Any]], room_key: str = "") -> list[str]:
    """As ``problems``, of rows that lie in no file: the chain, the commands and the receipts."""
    found = [*_chain(rows), *_commands(rows)]
    for receipt in receipts:
        found += _receipt(rows, receipt, room_key)
    return found


def _differing(one: Scores, other: Scores) -> list[tuple[str, str]]:
    return sorted(key for key in {*one, *other} if one.get(key) != other.get(key))


def _chain(rows: Sequence[Row]) -> list[str]:
    found = []
    prev = bytes(32)
    for expected, row in enumerate(rows, 1):
        said, at = row.said, row.said["at"]
        repeated = (
            said["event_id"],
            said["command_id"],
            said["part"],
            said["event"]["event"],
            said["version"],
            said["actor"],
            at["wall"],
            at["mono_ns"],
            at["boot_id"],
        )
        if row.seq != expected or said["seq"] != expected:
            found.append(f"event {expected} is missing")
        if row.prev_hash != prev:
            found.append(f"event {row.seq} does not follow from the one before")
        if hashlib.sha256(b"rsj-ev-v1\0" + prev + len(row.body).to_bytes(8, "big") + row.body).digest() != row.hash:
            found.append(f"event {row.seq} is not what its hash says")
        if repeated != row.columns:
            found.append(f"event {row.seq}: a column says something else than the body")
        if (said["event"]["event"] == "SessionOpened") != (expected == 1):
            found.append(f"event {row.seq}: a session is opened once, at the beginning")
        prev = row.hash
        if found:
            break
    return found


def _commands(rows: Sequence[Row]) -> list[str]:
    """A command is recorded once, its events together and in order; no event is there twice."""
    found = []
    seen: dict[str, int] = {}
    events: set[str] = set()
    before: dict[str, Any] = {}
    for row in rows:
        said = row.said
        if said["event_id"] in events:
            found.append(f"event {row.seq} is there twice")
        events.add(said["event_id"])
        command = said["command_id"]
        if said["part"] == 0:
            if command in seen:
                found.append(f"command {command} is recorded twice, as {seen[command]} and {row.seq}")
            seen[command] = row.seq
        else:
            whole = all(before.get(name) == said[name] for name in ("command_id", "command_digest", "actor"))
            if not whole or before["part"] != said["part"] - 1:
                found.append(f"event {row.seq}: a part of a command without the part before it")
        before = said
    return found


def _receipt(rows: Sequence[Row], receipt: Mapping[str, Any], room_key: str) -> list[str]:
    seq, command = receipt["seq"], receipt["command_id"]
    if not 0 < seq <= len(rows):
        return [f"receipt {seq} of command {command} is for what is not stored"]
    row = rows[seq - 1]
    found = []
    if row.hash.hex() != receipt["hash"] or row.said["command_id"] != command:
        found.append(f"receipt {seq} of command {command} is for something else than is stored")
    if row.said["command_digest"] != receipt["digest"]:
        found.append(f"receipt {seq} of command {command}: other bytes were recorded")
    if room_key:
        session = rows[0].event["setup"]["session_id"]
        signed = ("rsj-rcp-v1", session, command, receipt["digest"], str(seq), receipt["hash"], receipt["at"])
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(room_key))
            key.verify(bytes.fromhex(receipt["signature"]), "\0".join(signed).encode())
        except (InvalidSignature, ValueError):
            found.append(f"receipt {seq} of command {command} is not signed by the room")
    return found


_OTHER_BYTES = ("id_reused", "bad_signature")
"""Refusals of other bytes under a command's id: they say nothing of the command itself."""


def _outbox(rows: Sequence[Row], outbox: Outbox) -> list[str]:
    """The seat's own copy against the journal: the same bytes, nothing refused, nothing that it never gave."""
    found = []
    given = {
        command: (hashlib.sha256(submit["data"].encode()).hexdigest(), json.loads(submit["data"]))
        for command, submit in outbox.submits.items()
    }
    for row in rows:
        said, event = row.said, row.event
        command = said["command_id"]
        refusal = outbox.refusals.get(command, {})
        if said["command_digest"] and refusal and refusal.get("code") not in _OTHER_BYTES:
            found.append(f"event {row.seq} is of a command that was refused")
        if outbox.actor and said["actor"] == outbox.actor and said["command_digest"] and command not in given:
            found.append(f"event {row.seq} is of a command that {outbox.actor} never gave")
        if command not in given or not said["command_digest"]:
            continue
        digest, meant = given[command]
        if said["command_digest"] != digest:
            found.append(f"event {row.seq} is of other bytes than {said['actor']} gave")
        if event["event"] == "SheetSubmitted" and any(event[name] != meant[name] for name in ("entry_no", "points")):
            found.append(f"event {row.seq} says something else than {said['actor']} gave")
    for command, receipt in outbox.receipts.items():
        if command in given and given[command][0] != receipt["digest"]:
            found.append(f"the receipt of command {command} is for other bytes than were given")
    return found


@dataclasses.dataclass
class _Sheet:
    revision: int = 0
    points: Points | None = None
    recorded: bool = False
    away: bool = False
    in_for: str = ""


def fold(rows: Sequence[Row]) -> tuple[Scores, list[str]]:
    """What counts at the end of a journal, and every sheet that was recorded where none could be."""
    found: list[str] = []
    sheets: dict[tuple[str, str], _Sheet] = {}
    locked: set[str] = set()
    out: set[str] = set()
    session_locked = False
    for row in rows:
        event = row.event
        kind, entry = event["event"], event.get("entry_no", "")
        key = (entry, event.get("judge", ""))
        if kind in ("SheetSubmitted", "SheetReturned", "PresenceSet") and (entry in locked or session_locked):
            found.append(f"event {row.seq}: {kind} after the lock")
        if kind == "SheetSubmitted":
            sheet = sheets.setdefault(key, _Sheet())
            if row.said["actor"].startswith("judge:") and row.said["actor"] != f"judge:{key[1]}":
                found.append(f"event {row.seq}: {row.said['actor']} for {key[1]}")
            if sheet.recorded:
                found.append(f"event {row.seq}: a second sheet of {key[1]} for {entry}")
            if event["revision"] != sheet.revision + 1:
                found.append(f"event {row.seq}: revision {event['revision']} after {sheet.revision}")
            if sheet.away or entry in out:
                found.append(f"event {row.seq}: a sheet of who is away, or for who is out")
            sheet.revision, sheet.points, sheet.recorded = event["revision"], event["points"], True
        elif kind == "SheetReturned":
            if not sheets.setdefault(key, _Sheet()).recorded:
                found.append(f"event {row.seq}: a sheet is returned that was never recorded")
            sheets[key].recorded = False
        elif kind == "LateSheetKept":
            if entry not in locked:
                found.append(f"event {row.seq}: a sheet is kept as late before the lock")
        elif kind == "PresenceSet":
            _presence(sheets, entry, event)
        elif kind == "ProjectLocked":
            locked.add(entry)
        elif kind == "SessionLocked":
            session_locked = True
        elif kind == "ProjectReopened":
            locked.discard(entry)
            out.discard(entry)
            session_locked = False
        elif kind == "ProjectRemoved" or (kind == "NoShowMarked" and event["forfeit"]):
            out.add(entry)
    counted = {
        key: sheet.points
        for key, sheet in sheets.items()
        if sheet.recorded and not sheet.away and sheet.points is not None and not sheet.in_for.startswith("-")
    }
    return counted, found


def _presence(sheets: dict[tuple[str, str], _Sheet], entry: str, event: dict[str, Any]) -> None:
    """A judge goes or comes; who stood in for him and does no more is out of the count, with his own stand-in."""
    judge, reserve = event["judge"], event.get("replaced_by") or ""
    gone = next((who for (at, who), one in sheets.items() if at == entry and one.in_for == judge), "")
    if gone != reserve:
        leaving = gone
        while leaving:
            sheets[entry, leaving].in_for = "-"
            sheets[entry, leaving].away = False
            leaving = next((who for (at, who), one in sheets.items() if at == entry and one.in_for == leaving), "")
    sheets.setdefault((entry, judge), _Sheet()).away = event["presence"] != "present"
    if reserve:
        sheets.setdefault((entry, reserve), _Sheet()).in_for = judge


def _centre(rows: Sequence[Row], scores: Scores, centre: Path) -> list[str]:
    """The centre's SQLite file: every event byte for byte, the table of scores as the events say, no alarm."""
    found = []
    session = rows[0].event["setup"]["session_id"]
    connection = sqlite3.connect(f"file:{centre}?mode=ro", uri=True)
    try:
        events = connection.execute(
            "SELECT seq, body, hash FROM events WHERE session_id = ? ORDER BY seq", (session,)
        ).fetchall()
        counted = connection.execute(
            "SELECT entry_no, judge, component, criterion, hundredths FROM scores WHERE session_id = ?"
            " AND criterion <> ''",
            (session,),
        ).fetchall()
        parked = connection.execute("SELECT count(*) FROM quarantine WHERE session_id = ?", (session,)).fetchone()[0]
    finally:
        connection.close()
    if [(seq, bytes(body), bytes(digest)) for seq, body, digest in events] != [
        (row.seq, row.body, row.hash) for row in rows
    ]:
        found.append(f"the centre has {len(events)} events, the room {len(rows)}, or other ones")
    there: Scores = {}
    for entry, judge, component, criterion, hundredths in counted:
        there.setdefault((entry, judge), {}).setdefault(component, {})[criterion] = hundredths
    found += [f"{key}: centre {there.get(key)}, room {scores.get(key)}" for key in _differing(there, scores)]
    if parked:
        found.append(f"{parked} events are in the centre's quarantine")
    return found
