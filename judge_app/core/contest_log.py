"""What is decided about a whole contest, beside its sessions: rulings over rooms, confirmations by name, the choice of a
quota, departures, publications and objections. An append-only list of entries, each by a named person; ``Log`` is its fold.

An entry's bytes are chained as a session's records are (journal.chain) and carry a salt of their own, so that nothing is
published without a record and nothing of the record changes unseen. store/contest_file.py keeps the lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.journal import chain
from judge_app.core.marks import Ruling
from judge_app.core.results import Alternate, Departure, Effect, Objection, PublicityRow

VERSION = 1
"""The version of the entries' form."""


class Entry(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    tag_field="entry",
):
    """The base of every entry; ``entry`` names it in the log."""


class ContestOpened(Entry, frozen=True):
    """The log's first entry: whose decisions it holds."""

    contest: str
    edition: str = ""
    round: str = ""
    preset: str = ""


class RulingMade(Entry, frozen=True):
    """A ruling over rooms, with what it did to the results when it was made."""

    ruling: Ruling
    effect: Effect


class ValueConfirmed(Entry, frozen=True):
    """An assumed value of the rules is the organiser's own (待组委会确认); ``value`` is it in words."""

    path: str
    by: str
    value: str = ""


class QuotaChosen(Entry, frozen=True):
    """How a ratio becomes places (A-20, A-21): the rounding, the basis and, where the basis is those who passed the
    initial review, their numbers by scope. Two people, since it may move who advances (contract 9)."""

    rounding: Literal["half_up", "floor", "ceil", "largest_remainder"]
    basis: Literal["passed_initial_review", "ranked_in_final"]
    by: str
    second_person: str
    reason: str
    passed_initial_review: dict[str, int] = {}


class ProjectDeparted(Entry, frozen=True):
    """A project gave up or lost its place after the list was made; ``filled`` says who took it (依序递补)."""

    departure: Departure
    filled: tuple[Alternate, ...] = ()


class SessionHead(Struct, frozen=True):
    """What of a session was counted: everything up to this record of its journal."""

    session_id: str
    name: str
    seq: int
    hash: str


class PublishedFile(Struct, frozen=True):
    """A file that was made for a publication; ``sha256`` as hex."""

    name: str
    sha256: str


class Published(Entry, frozen=True):
    """The results went out: as a list open to objections (``publicity``, both dates inclusive), or for good (``final``).

    ``results_sha256`` is of the tabulation's JSON; ``advance`` the list as it stood, alternates included.
    """

    kind: Literal["publicity", "final"]
    by: str
    sessions: tuple[SessionHead, ...]
    results_sha256: str
    advance: tuple[str, ...] = ()
    rows: tuple[PublicityRow, ...] = ()
    start: str = ""
    end: str = ""
    files: tuple[PublishedFile, ...] = ()


class ObjectionReceived(Entry, frozen=True):
    objection: Objection


class ObjectionDecided(Entry, frozen=True):
    number: str
    outcome: str
    decision: str
    by: str


AnyEntry = (
    ContestOpened
    | RulingMade
    | ValueConfirmed
    | QuotaChosen
    | ProjectDeparted
    | Published
    | ObjectionReceived
    | ObjectionDecided
)


class Body(Struct, frozen=True):
    """What is hashed: one entry, who wrote it, and when (UTC, ISO 8601, ``Z``)."""

    seq: int
    version: int
    actor: str
    at: str
    salt: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    entry: AnyEntry


class LogRecord(Struct, frozen=True):
    """One line of the log."""

    body: Body
    data: bytes
    prev_hash: bytes
    hash: bytes

    @property
    def seq(self) -> int:
        return self.body.seq


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Body)


def seal(body: Body, prev_hash: bytes) -> LogRecord:
    """The record of ``body`` behind the one whose hash is ``prev_hash``."""
    data = _encoder.encode(body)
    return LogRecord(body=body, data=data, prev_hash=prev_hash, hash=chain(prev_hash, data))


def read(data: bytes, prev_hash: bytes, hash: bytes) -> LogRecord:
    """The record of stored bytes; raises ``msgspec.DecodeError`` for what is not one of ours or of another version."""
    body = _decoder.decode(data)
    if body.version != VERSION:
        raise msgspec.ValidationError(f"entry {body.seq} is of version {body.version}, this program knows {VERSION}")
    return LogRecord(body=body, data=data, prev_hash=prev_hash, hash=hash)


class Publication(Struct, frozen=True):
    """A publication with when it was recorded and by which entry of the log."""

    at: str
    seq: int
    published: Published


class Log(Struct, frozen=True):
    """All decisions about a contest, as they stand. Of two decisions on one thing the later one holds."""

    opened: ContestOpened | None = None
    rulings: tuple[Ruling, ...] = ()
    confirmed: dict[str, str] = {}
    """Assumed path → who confirmed it."""
    quota: QuotaChosen | None = None
    departures: tuple[Departure, ...] = ()
    publications: tuple[Publication, ...] = ()
    objections: dict[str, Objection] = {}
    """By number, in the order received."""
    seq: int = 0
    head: str = ""
    """The last entry's hash as hex: papers carry it."""

    @property
    def listed(self) -> Publication | None:
        """The public list that is open to objections, or was last."""
        found = [one for one in self.publications if one.published.kind == "publicity"]
        return found[-1] if found else None

    @property
    def final(self) -> Publication | None:
        """The last publication for good, if none opened a new list after it."""
        last = self.publications[-1] if self.publications else None
        return last if last is not None and last.published.kind == "final" else None

    @property
    def open_objections(self) -> tuple[Objection, ...]:
        return tuple(one for one in self.objections.values() if one.outcome == "open")


def evolve(log: Log, record: LogRecord) -> Log:
    """The log after one more record."""
    changed = _changed(log, record)
    return msgspec.structs.replace(changed, seq=record.seq, head=record.hash.hex())


def _changed(log: Log, record: LogRecord) -> Log:
    replace = msgspec.structs.replace
    match record.body.entry:
        case ContestOpened() as opened:
            return replace(log, opened=opened)
        case RulingMade(ruling=ruling):
            return replace(log, rulings=(*log.rulings, ruling))
        case ValueConfirmed(path=path, by=by):
            return replace(log, confirmed={**log.confirmed, path: by})
        case QuotaChosen() as chosen:
            return replace(log, quota=chosen)
        case ProjectDeparted(departure=departure):
            return replace(log, departures=(*log.departures, departure))
        case Published() as published:
            made = Publication(at=record.body.at, seq=record.seq, published=published)
            return replace(log, publications=(*log.publications, made))
        case ObjectionReceived(objection=objection):
            return replace(log, objections={**log.objections, objection.number: objection})
        case ObjectionDecided(number=number, outcome=outcome, decision=decision, by=by):
            held = replace(log.objections[number], outcome=outcome, decision=decision, decided_by=by)
            return replace(log, objections={**log.objections, number: held})


def folded(records: Iterable[LogRecord]) -> Log:
    """The log after all its records."""
    log = Log()
    for record in records:
        log = evolve(log, record)
    return log
