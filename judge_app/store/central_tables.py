"""The tables of the centre, for SQLite and Postgres alike; ``db/versions`` makes them, a test holds the two equal.

``events`` is the record: what the rooms' journals say, byte for byte; ``photos`` holds the pictures of paper sheets that
events name by their SHA-256. ``journals`` says which chain of a session counts.
``alarms`` and ``quarantine`` keep what did not fit. Everything else is a projection and can be rebuilt (projections.py).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

journals = Table(
    "journals",
    metadata,
    Column("session_id", Text, primary_key=True),
    # The head of the chain that counts.
    Column("host", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # Another chain of the session is here too and nobody has said which one counts.
    Column("contested", Boolean, nullable=False),
    CheckConstraint("length(hash) = 32", name="hash_length"),
)

events = Table(
    "events",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", BigInteger),
    Column("actor", Text),
    Column("at", Text),
    Column("mono_ns", BigInteger),
    Column("boot_id", Text),
    Column("body", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("event_id"),
    CheckConstraint("seq > 0", name="seq_positive"),
    CheckConstraint("length(prev_hash) = 32", name="prev_hash_length"),
    CheckConstraint("length(hash) = 32", name="hash_length"),
    Index(None, "session_id", "seq"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("host", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("detail", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("settled_at", Text),
    Column("settled_by", Text),
    Column("settled_why", Text),
)

photos = Table(
    "photos",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
    CheckConstraint("length(digest) = 64", name="digest_length"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("contest", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("round", Text, nullable=False),
    Column("preset", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hall", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("start", Text, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("current", Text),
    Column("locked", Boolean, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("sheets_in", Integer, nullable=False),
    Column("sheets_missing", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
    # How far the projection of this session has come.
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("entry_no", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("lead_unit", Text, nullable=False),
    Column("track", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("stage", Text, nullable=False),
)

sheets = Table(
    "sheets",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("entry_no", Text, primary_key=True),
    Column("judge", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("replaces", Text),
    Column("reason", Text, nullable=False),
    Column("seq", BigInteger),
)

# Only sheets that stand (submitted, not returned): points in hundredths; criterion '' is the component's sum.
scores = Table(
    "scores",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("entry_no", Text, primary_key=True),
    Column("judge", Text, primary_key=True),
    Column("component", Text, primary_key=True),
    Column("criterion", Text, primary_key=True),
    Column("hundredths", BigInteger, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("entry_no", Text, primary_key=True),
    Column("status", Text, nullable=False),
    # As printed; null while there is none.
    Column("total", Text),
    Column("rank", Integer),
    # core.working.ProjectResult as JSON, decimals as strings.
    Column("result", Text, nullable=False),
)

time_log = Table(
    "time_log",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("entry_no", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("planned_ns", BigInteger, nullable=False),
    Column("added_ns", BigInteger, nullable=False),
    Column("held_ns", BigInteger, nullable=False),
    Column("used_ns", BigInteger),
    Column("overtime_ns", BigInteger),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("ended_by", Text),
    # core.clock.PhaseRun as JSON: pauses, stops and additions with their reasons, slides shown again.
    Column("run_json", Text, nullable=False),
)

PROJECTIONS = (sessions, projects, sheets, scores, results, time_log)
