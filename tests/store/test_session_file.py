"""The session file keeps what it acknowledged, refuses what does not fit, and says what is wrong with a bad file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core.errors import BadInput
from judge_app.core.events import ProjectCalled
from judge_app.core.journal import GENESIS, Body, Stamp, chain, first_break, seal
from judge_app.store.session_file import (
    Checkpoint,
    CorruptSession,
    InUse,
    NotASession,
    SessionFile,
    StoreFailed,
    VersionMismatch,
    head_of,
    read_session,
    set_aside,
)


def open_by_hand(path: Path) -> sqlite3.Connection:
    """What somebody with an SQLite tool does to a file at rest."""
    return sqlite3.connect(path, isolation_level=None)


def drop_triggers(connection: sqlite3.Connection) -> list[str]:
    """Take the guards away, as a tamperer would; returns the SQL that puts them back."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in rows:
        connection.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in rows]


@pytest.fixture
def at_rest(session, path, make_records):
    """A sealed file of 20 records and its head."""
    session.append(make_records(20))
    head = session.head()
    session.seal()
    return path, head


def test_what_was_appended_is_there_after_closing_and_opening_again(session, path, make_records):
    first = make_records(3)
    session.append(first)
    second = make_records(5, session.head())
    session.append(second)
    session.close()
    with SessionFile.open(path) as again:
        assert list(again.records()) == first + second
        assert list(again.records(after=6)) == second[3:]
        assert again.head() == (8, second[-1].hash)


def test_an_empty_append_changes_nothing(session):
    session.append([])
    assert session.head() == (0, GENESIS)
    assert list(session.records()) == []


def test_records_come_in_order_over_many_pages(session, make_records):
    records = make_records(1203)
    session.append(records)
    assert [record.seq for record in session.records()] == list(range(1, 1204))
    assert first_break(session.records()) is None


@pytest.mark.parametrize(
    "flaw", ["gap", "other chain", "same event again", "same command and part again", "broken hash"]
)
def test_a_record_that_does_not_fit_stores_nothing_and_ends_the_files_use(session, path, make_records, flaw):
    session.append(make_records(2))
    good, bad = make_records(2, session.head())
    if flaw == "gap":
        batch = [bad]
    elif flaw == "other chain":
        batch = make_records(1, (2, bytes(31) + b"\1"))
    elif flaw == "same event again":
        batch = [good, seal(msgspec.structs.replace(bad.body, event_id=good.body.event_id), good.hash)]
    elif flaw == "same command and part again":
        batch = [good, seal(msgspec.structs.replace(bad.body, command_id=good.body.command_id), good.hash)]
    else:
        batch = [good, msgspec.structs.replace(bad, hash=bytes(32))]
    with pytest.raises(StoreFailed) as failed:
        session.append(batch)
    assert failed.value.zh
    assert failed.value.en
    with pytest.raises(StoreFailed):
        session.append(make_records(1, session.head()))
    with pytest.raises(StoreFailed):
        session.heartbeat()
    session.close()
    with SessionFile.open(path) as again:
        assert again.head()[0] == 2
        again.append(make_records(1, again.head()))


def test_the_rooms_own_events_need_no_command_id(session, make_records):
    one, two = make_records(2)
    own = seal(msgspec.structs.replace(one.body, command_id=""), GENESIS)
    session.append([own, seal(msgspec.structs.replace(two.body, command_id=""), own.hash)])
    assert session.head()[0] == 2


def test_the_parts_of_one_command_are_kept_apart(session, make_records):
    one, two = make_records(2)
    session.append([one, seal(msgspec.structs.replace(two.body, command_id=one.body.command_id, part=1), one.hash)])
    assert [record.body.part for record in session.records()] == [0, 1]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET actor = 'host' WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 20",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 3",
        "REPLACE INTO journal SELECT 21, event_id, 'x', 0, kind, version, actor, at, mono_ns, boot_id, body, hash, zeroblob(32)"
        " FROM journal WHERE seq = 20",
        "INSERT INTO journal SELECT 22, 'e', 'x', 0, kind, version, actor, at, mono_ns, boot_id, body, hash, zeroblob(32)"
        " FROM journal WHERE seq = 20",
        "INSERT INTO journal SELECT 21, 'e', 'x', 0, kind, version, actor, at, mono_ns, boot_id, body, zeroblob(32), hash"
        " FROM journal WHERE seq = 20",
        "INSERT INTO journal SELECT 21, 'e', 'x', 0, kind, version, actor, at, mono_ns, boot_id, body, hash, zeroblob(31)"
        " FROM journal WHERE seq = 20",
        "INSERT INTO journal SELECT 21, 'e', 'x', 0, kind, version, actor, at, 'noon', boot_id, body, hash, zeroblob(32)"
        " FROM journal WHERE seq = 20",
    ],
)
def test_the_database_itself_refuses_what_a_journal_must_not_do(at_rest, sql):
    path, head = at_rest
    connection = open_by_hand(path)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(sql)
    connection.close()
    assert head_of(path) == head


def test_checkpoints_stand_on_stored_records_and_stay(session, make_records):
    session.append(make_records(4))
    seq, digest = session.head()
    made = Checkpoint(seq=seq, hash=digest, at="2026-12-05T09:31:00.000Z", public_key=bytes(32), signature=bytes(64))
    session.checkpoint(made)
    assert session.checkpoints() == [made]
    with pytest.raises(StoreFailed):
        session.checkpoint(msgspec.structs.replace(made, seq=2))


# opening


def test_a_new_file_never_takes_the_place_of_another(session, path):
    with pytest.raises(InUse):
        SessionFile.create(path)
    session.close()
    with pytest.raises(BadInput, match="not overwritten"):
        SessionFile.create(path)
    (path.parent / "b.roadshow-wal").write_bytes(b"left over")
    with pytest.raises(BadInput, match="left over"):
        SessionFile.create(path.parent / "b.roadshow")


def test_a_creation_that_was_cut_off_leaves_no_file_and_does_not_stand_in_the_way(path):
    (path.parent / (path.name + ".new")).write_bytes(b"half")
    with SessionFile.create(path) as made:
        assert made.head() == (0, GENESIS)
    assert sorted(os.listdir(path.parent)) == [path.name]


def test_a_second_opening_is_refused_and_names_the_process(session, path, make_records):
    session.append(make_records(1))
    for attempt in (SessionFile.open, read_session, set_aside):
        with pytest.raises(InUse, match=f"pid {os.getpid()}"):
            attempt(path)


def test_a_second_process_is_refused_and_told_who_has_the_file(session, path):
    code = (
        "import sys\nfrom judge_app.store.session_file import SessionFile, InUse\n"
        "try: SessionFile.open(sys.argv[1])\nexcept InUse as refused: print(refused.owner)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert f"pid {os.getpid()} " in done.stdout


def test_another_name_of_the_same_file_is_refused_too(session, path):
    other = path.with_name("alias.roadshow")
    other.symlink_to(path)
    with pytest.raises(InUse):
        SessionFile.open(other)


def test_no_sqlite_tool_gets_into_a_file_that_a_room_holds(session, path, make_records):
    session.append(make_records(1))
    with pytest.raises(InUse):  # which must not loosen the first one's hold
        SessionFile.open(path)
    code = (
        "import sqlite3, sys\n"
        "try: sqlite3.connect(sys.argv[1], timeout=0).execute('SELECT count(*) FROM journal').fetchall()\n"
        "except sqlite3.OperationalError as refused: print(refused)\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "locked" in done.stdout


def test_the_lock_is_gone_with_its_holder(session, path):
    session.close()
    session.close()
    assert not path.with_name(path.name + ".lock").exists()
    path.with_name(path.name + ".lock").write_text("pid 1 on elsewhere")  # left by a crash
    SessionFile.open(path).close()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("absent.roadshow", None, NotASession),
        ("empty.roadshow", b"", NotASession),
        ("letter.docx", b"PK" * 200, NotASession),
        ("zeros.roadshow", bytes(8192), CorruptSession),
        ("short.roadshow", b"SQLite format 3\0", CorruptSession),
    ],
)
def test_a_file_that_is_no_session_is_refused_and_left_alone(tmp_path, name, content, error):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    for attempt in (SessionFile.open, read_session):
        with pytest.raises(error) as refused:
            attempt(path)
        assert refused.value.problems[0].zh
    assert path.exists() == (content is not None)
    if content is not None:
        assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path):
    path = tmp_path / "other.roadshow"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE journal (seq)")
    connection.close()
    with pytest.raises(NotASession, match="another program"):
        SessionFile.open(path)


@pytest.mark.parametrize(("version", "words"), [(99, "newer Judge App"), (0, "old format")])
def test_a_file_of_another_schema_is_refused_in_words(at_rest, version, words):
    path, _ = at_rest
    connection = open_by_hand(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(VersionMismatch, match=words):
        SessionFile.open(path)
    assert path.read_bytes() == before


def test_an_event_of_a_newer_program_is_a_question_of_version_not_of_damage(session, path, make_records):
    session.append(make_records(1))
    session.close()
    connection = open_by_hand(path)
    (prev,) = connection.execute("SELECT hash FROM journal").fetchone()
    body = msgspec.json.encode({"seq": 2, "event_id": "n", "version": 7, "event": {"event": "HologramShown"}})
    connection.execute(
        "INSERT INTO journal VALUES (2, 'n', 'c', 0, 'HologramShown', 7, 'host', '2027-01-01T00:00:00.000Z', 1, 'b', ?, ?, ?)",
        (body, prev, chain(prev, body)),
    )
    connection.close()
    with pytest.raises(VersionMismatch, match="format 7"):
        SessionFile.open(path)


@pytest.mark.parametrize(
    ("sql", "first_bad", "detail"),
    [
        (
            "UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), '1850', '1950') AS BLOB) WHERE seq = 7",
            7,
            "hash",
        ),
        ("UPDATE journal SET actor = 'judge:E2' WHERE seq = 9", 9, "column actor"),
        ("UPDATE journal SET at = '2026-12-05T09:30:01.000Z' WHERE seq = 9", 9, "column at"),
        ("UPDATE journal SET prev_hash = zeroblob(32) WHERE seq = 5", 5, "prev_hash"),
        ("DELETE FROM journal WHERE seq = 11", 11, "missing"),
        ("DELETE FROM journal WHERE seq = 1", 1, "missing"),
    ],
)
def test_a_hand_in_the_file_is_found_and_the_first_bad_record_named(at_rest, sql, first_bad, detail):
    path, _ = at_rest
    connection = open_by_hand(path)
    guards = drop_triggers(connection)
    connection.execute(sql)
    for guard in guards:
        connection.execute(guard)
    connection.close()
    for attempt in (SessionFile.open, read_session, head_of):
        with pytest.raises(CorruptSession) as found:
            attempt(path)
        assert found.value.first_bad == first_bad
        assert found.value.good == first_bad - 1
        assert detail in found.value.detail


@pytest.mark.parametrize(
    "sql",
    ["DROP TRIGGER journal_no_delete", "DROP INDEX journal_command", "CREATE TABLE notes (t)", "DELETE FROM meta"],
)
def test_a_guard_or_table_that_was_changed_is_found(at_rest, sql):
    path, _ = at_rest
    connection = open_by_hand(path)
    connection.execute(sql)
    connection.close()
    with pytest.raises(CorruptSession) as found:
        SessionFile.open(path)
    assert found.value.what == "tables"


def _plain_body(seq):
    return Body(
        seq=seq,
        event_id=f"e{seq}",
        command_id=f"c{seq}",
        part=0,
        command_digest="",
        version=1,
        actor="host",
        at=Stamp(mono_ns=seq, boot_id="b", wall="2026-12-05T09:30:00.000Z"),
        salt="0" * 32,
        event=ProjectCalled(entry_no=str(seq), call=1),
    )


@settings(max_examples=200)
@given(data=st.data())
def test_no_flipped_or_cut_byte_goes_unseen_or_crashes(tmp_path_factory, data):
    """Whatever is done to the bytes: the records read are the ones written, or the file is refused."""
    folder = tmp_path_factory.getbasetemp() / "flips"
    original = folder / "original.roadshow"
    if not original.exists():
        folder.mkdir()
        with SessionFile.create(original) as session:
            prev, records = GENESIS, []
            for seq in range(1, 41):
                record = seal(_plain_body(seq), prev)
                records.append(record)
                prev = record.hash
            session.append(records)
            session.seal()
    content = bytearray(original.read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = folder / "hit.roadshow"
    path.write_bytes(content)
    try:
        found = read_session(path)
    except (BadInput, StoreFailed):
        assert path.read_bytes() == content
    else:
        assert found == read_session(original)


def crashed_copy(path: Path) -> Path:
    """The files as a power cut leaves them: the database and its log, copied under the open file."""
    copy = path.with_name("crashed.roadshow")
    shutil.copyfile(path, copy)
    shutil.copyfile(f"{path}-wal", f"{copy}-wal")
    return copy


def test_the_log_that_a_crash_leaves_is_folded_in(session, path, make_records):
    records = make_records(30)
    for record in records:
        session.append([record])
    copy = crashed_copy(path)
    assert read_session(copy) == records
    session.append(make_records(1, session.head()))
    copy = crashed_copy(path)
    with SessionFile.open(copy) as again:
        assert again.head() == session.head()
        assert Path(f"{copy}-wal").stat().st_size < 30_000  # folded; what is there is the heartbeat


def test_a_torn_last_transaction_is_dropped_and_all_before_it_kept(session, path, make_records):
    for record in make_records(10):
        session.append([record])
    copy = crashed_copy(path)
    log = Path(f"{copy}-wal")
    log.write_bytes(log.read_bytes()[:-100])
    with SessionFile.open(copy) as again:
        assert again.head()[0] == 9


def test_a_log_damaged_before_its_end_is_never_taken_for_a_torn_one(session, path, make_records):
    for record in make_records(10):
        session.append([record])
    for offset in (8, 20, 40, 32 + 24 + 100, -8 * 4120):
        copy = crashed_copy(path)
        log = Path(f"{copy}-wal")
        content = bytearray(log.read_bytes())
        content[offset] ^= 0xFF
        log.write_bytes(content)
        for attempt in (SessionFile.open, read_session):
            with pytest.raises(CorruptSession) as found:
                attempt(copy)
            assert found.value.what == "log"
        assert log.read_bytes() == content


def test_a_damaged_file_is_renamed_with_its_log_and_nothing_is_lost(tmp_path):
    path = tmp_path / "a.roadshow"
    path.write_bytes(bytes(100))
    Path(f"{path}-wal").write_bytes(b"log")
    kept = set_aside(path)
    assert kept.name == "a.damaged-1.roadshow"
    assert kept.read_bytes() == bytes(100)
    assert Path(f"{kept}-wal").read_bytes() == b"log"
    path.write_bytes(b"again")
    assert set_aside(path).name == "a.damaged-2.roadshow"
    assert not path.exists()


# copies and the end


def test_a_sealed_file_is_one_file_and_reads_where_nothing_can_be_written(session, path, make_records):
    records = make_records(12)
    session.append(records)
    session.seal()
    assert os.listdir(path.parent) == [path.name]
    assert path.read_bytes()[18:20] == b"\1\1"  # out of WAL
    with pytest.raises(StoreFailed):
        session.append(make_records(1, session.head()))
    copy = path.with_name("copied.roadshow")
    shutil.copyfile(path, copy)
    copy.chmod(0o400)
    assert read_session(copy) == records


def test_a_sealed_file_can_be_taken_up_again(session, path, make_records):
    session.append(make_records(2))
    session.seal()
    with SessionFile.open(path) as again:
        again.append(make_records(1, again.head()))
        assert again.head()[0] == 3


def test_a_backup_is_a_whole_file_of_that_moment(session, path, make_records):
    records = make_records(700)
    session.append(records)
    copy = path.with_name("backup.roadshow")
    assert session.backup(copy) == session.head()
    session.append(make_records(1, session.head()))
    assert read_session(copy) == records
    assert not [name for name in os.listdir(path.parent) if name.startswith("backup") and name != "backup.roadshow"]


def test_a_backup_that_cannot_be_written_harms_nothing(session, path, make_records):
    session.append(make_records(3))
    with pytest.raises(StoreFailed):
        session.backup(path.parent / "no such folder" / "b.roadshow")
    session.append(make_records(1, session.head()))
    assert session.head()[0] == 4


def test_appends_go_on_while_a_backup_is_taken_and_the_copy_holds_together(session, path, make_records):
    session.append(make_records(4000))
    acknowledged: list[int] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            session.append(make_records(1, session.head()))
            acknowledged.append(session.head()[0])

    writer = threading.Thread(target=write)
    writer.start()
    copy = path.with_name("backup.roadshow")
    before = session.head()[0]
    taken = session.backup(copy)[0]
    between = session.head()[0]
    stop.set()
    writer.join()
    assert before <= taken <= between
    assert len(acknowledged) > 1
    assert first_break(read_session(copy)) is None
    assert first_break(session.records()) is None


def test_a_heartbeat_writes_outside_the_chain(session, make_records):
    session.append(make_records(1))
    head = session.head()
    assert session.heartbeat() > 0
    assert session.heartbeat() > 0
    assert session.head() == head


def test_a_file_that_was_opened_read_only_by_its_folder_says_so(at_rest):
    path, _ = at_rest
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere; the long fault trials use a read-only mount")
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreFailed, match="cannot be written"):
            SessionFile.open(path)
        assert len(read_session(path)) == 20
    finally:
        path.parent.chmod(0o700)
