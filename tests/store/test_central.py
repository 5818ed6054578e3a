"""The centre holds what the rooms say: each event once, nothing replaced, and tables that follow from the events."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from judge_app.core import commands, events
from judge_app.core.errors import BadInput
from judge_app.core.journal import GENESIS, first_break, seal
from judge_app.core.session import State, evolve, tabulation
from judge_app.store.central import Central
from judge_app.store.central_database import VERSION_TABLE, _config, engine_for, parse_url
from judge_app.store.central_tables import PROJECTIONS, metadata
from judge_app.store.errors import StoreFailed
from tests.core.simulation import Sitting

ONE, TWO = "a1" * 16, "b2" * 16


def send(central, session_id, records, host="h1", batch=500):
    for at in range(0, len(records), batch):
        pushed = central.push(session_id, records[at : at + batch], host)
    return pushed


def follow(records, *made, actor="host", prev_epoch=None):
    """Records behind the last of ``records``, one for each event."""
    last = records[-1]
    fresh = []
    for event in made:
        number = os.urandom(16).hex()
        body = msgspec.structs.replace(
            last.body, seq=last.seq + 1, event_id=number, command_id=number, part=0, actor=actor, event=event
        )
        last = seal(body, last.hash)
        fresh.append(last)
    return fresh


def tables(central, session_id=None):
    return {table.name: central.read(table.name, session_id) for table in PROJECTIONS}


def folded(records):
    state = State()
    for record in records:
        state = evolve(state, record.body)
    return state


def started(epoch):
    return events.RoomStarted(boot_id="boot", origin_real_ns=1, origin_ns=1, rate=1, epoch=epoch)


def by_hand(url, sql):
    """What somebody with a database tool does."""
    engine = create_engine(parse_url(url))
    try:
        with engine.begin() as connection:
            connection.execute(text(sql))
    finally:
        engine.dispose()


# what goes in comes out


def test_a_session_comes_back_byte_for_byte_and_its_tables_say_what_it_says(central, played):
    records = played(ONE)
    pushed = send(central, ONE, records)
    assert (pushed.seq, pushed.hash, pushed.alarms) == (len(records), records[-1].hash, ())
    assert central.records(ONE) == records
    assert central.records(ONE, after=10) == records[10:]
    assert central.high_water(ONE) == central.high_water(ONE, "h1") == (len(records), records[-1].hash)
    assert central.high_water(TWO) == (0, GENESIS)

    state = folded(records)
    (session,) = central.read("sessions", ONE)
    assert (session["contest"], session["name"], session["hall"]) == ("小赛", "第一场", "一号厅")
    assert (session["seq"], session["locked"], session["sheets_missing"]) == (len(records), False, 0)
    projects = central.read("projects", ONE)
    assert [row["entry_no"] for row in projects] == list(state.order)
    assert {row["stage"] for row in projects} == {"locked"}
    sheets = {(row["entry_no"], row["judge"]): row for row in central.read("sheets", ONE)}
    assert sheets["1", "E3"]["status"] == "recused"
    assert sheets["1", "E2"]["revision"] == state.projects["1"].sheets["E2"].revision
    for row in central.read("scores", ONE):
        points = state.projects[row["entry_no"]].sheets[row["judge"]].points[row["component"]]
        assert row["hundredths"] == (points[row["criterion"]] if row["criterion"] else sum(points.values()))
    computed = {one.entry_no: one for one in tabulation(state).projects}
    for row in central.read("results", ONE):
        total = computed[row["entry_no"]].total
        assert row["total"] == (None if total is None else str(total))
        assert row["status"] == computed[row["entry_no"]].status.value
    assert any(row["total"] for row in central.read("results", ONE))
    runs = central.read("time_log", ONE)
    assert (runs[0]["entry_no"], runs[0]["phase"], runs[0]["ended_by"]) == ("1", "presentation", "deadline")
    assert runs[0]["held_ns"] == 20 * 10**9
    assert runs[0]["used_ns"] == 480 * 10**9


def test_a_run_that_was_taken_back_stays_in_the_time_log(central):
    sitting = Sitting()
    sitting.call("1")
    sitting.start()
    sitting.wait(3)
    sitting.do("host", commands.UndoStep())
    sitting.wait(5)
    sitting.start()
    sitting.wait(1)
    send(central, sitting.setup.session_id, sitting.records)
    runs = central.read("time_log", sitting.setup.session_id)
    assert [(row["run"], row["ended_by"]) for row in runs] == [(1, "undone"), (2, None)]
    assert runs[0]["used_ns"] == 3 * 10**9
    assert (runs[0]["started_at"], runs[0]["ended_at"]) == ("2026-12-05T09:30:00.000Z", "2026-12-05T09:30:00.000Z")
    assert (runs[1]["started_at"], runs[1]["ended_at"]) == ("2026-12-05T09:30:00.000Z", None)


def test_a_return_takes_the_marks_off_the_table_until_the_new_sheet_comes(central, played):
    records = played(ONE)
    at = next(n for n, record in enumerate(records, 1) if isinstance(record.event, events.SheetReturned))
    send(central, ONE, records[: at - 1])
    marks = [row for row in central.read("scores", ONE) if (row["entry_no"], row["judge"]) == ("1", "E2")]
    assert marks
    send(central, ONE, records[at - 1 : at])
    assert not [row for row in central.read("scores", ONE) if (row["entry_no"], row["judge"]) == ("1", "E2")]
    send(central, ONE, records[at:])
    again = [row for row in central.read("scores", ONE) if (row["entry_no"], row["judge"]) == ("1", "E2")]
    assert again
    assert again != marks


def test_the_same_batch_a_hundred_times_is_stored_once(central, played):
    records = played(ONE)
    send(central, ONE, records)
    before = tables(central)
    for _ in range(100):
        pushed = central.push(ONE, records[5:25], "h1")
        assert (pushed.stored, pushed.known, pushed.seq) == (0, 20, 25)
    assert tables(central) == before
    assert central.records(ONE) == records


def test_event_by_event_whole_and_from_another_connection_give_the_same_tables(central, url, played):
    records = played(ONE)
    send(central, ONE, records, batch=1)
    with Central.connect(url) as other:
        send(other, TWO, played(TWO))
        for table in PROJECTIONS:
            one, two = other.read(table.name, ONE), central.read(table.name, TWO)
            for row in (*one, *two):
                for name in ("session_id", "hash"):
                    row.pop(name, None)
            assert one == two


def test_any_order_of_pieces_with_repeats_ends_in_the_same_journal(central, played):
    records = played(ONE)
    chance = random.Random(7)
    pieces = [(a, a + chance.randint(1, 30)) for a in (chance.randrange(len(records)) for _ in range(60))]
    for a, b in pieces:
        high = central.high_water(ONE, "h1")[0]
        pushed = central.push(ONE, records[a:b], "h1")
        assert pushed.gap == (a > high)
        assert not pushed.alarms
        if pushed.gap:
            assert (pushed.seq, pushed.stored) == (high, 0)
    send(central, ONE, records)
    assert central.records(ONE) == records
    assert central.reconcile(ONE, records).equal


def test_two_programs_sending_one_session_at_once_store_it_once(central, url, played):
    records = played(ONE)
    errors = []

    def work(step):
        try:
            with Central.connect(url) as mine:
                send(mine, ONE, records, batch=step)
        except BaseException as problem:
            errors.append(problem)

    threads = [threading.Thread(target=work, args=(step,)) for step in (3, 7, 11, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert central.records(ONE) == records
    assert central.reconcile(ONE, records).equal


def test_more_than_a_batch_and_what_is_no_chain_are_refused(central, make_records, played):
    with pytest.raises(BadInput, match="500"):
        central.push(ONE, make_records(501))
    records = played(ONE)
    for wrong in ([records[0], records[2]], [records[1], records[0]], [records[0], records[0]]):
        with pytest.raises(BadInput, match="chain"):
            central.push(ONE, wrong)
    with pytest.raises(BadInput, match="chain"):
        central.push(ONE, [msgspec.structs.replace(records[0], data=records[0].data + b" ")])
    with pytest.raises(BadInput, match="another session"):
        central.push(TWO, records)
    assert central.push(ONE, []).seq == 0
    assert central.records(ONE) == []


# what does not fit


def test_other_bytes_in_the_same_place_go_to_quarantine_and_nothing_is_replaced(central, url, played):
    records = played(ONE)
    send(central, ONE, records)
    before = tables(central)
    forged = list(records[:20])
    for record in records[20:40]:
        body = msgspec.structs.replace(record.body, salt="f" * 32)
        forged.append(seal(body, forged[-1].hash))
    for _ in range(2):
        pushed = central.push(ONE, forged, "h1")
        assert (pushed.seq, pushed.hash, pushed.stored) == (20, records[19].hash, 0)
        (alarm,) = pushed.alarms
        assert (alarm.kind, alarm.seq) == ("altered", 21)
    assert central.records(ONE) == records
    assert tables(central) == before
    assert [alarm.kind for alarm in central.alarms(ONE)] == ["altered"]
    assert not central.reconcile(ONE, records).equal
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM quarantine")) == 20
    engine.dispose()
    central.settle(alarm, by="王一", why="旧电脑误连")
    assert central.alarms(ONE) == []
    assert central.alarms(ONE, settled=True)[0].settled_by == "王一"
    assert central.reconcile(ONE, records).equal


def test_an_event_id_that_another_session_has_is_refused(central, played):
    records = played(ONE)
    send(central, ONE, records)
    thief = played(TWO)
    stolen = seal(msgspec.structs.replace(thief[3].body, event_id=records[3].body.event_id), thief[2].hash)
    pushed = central.push(TWO, [*thief[:3], stolen], "h1")
    assert (pushed.seq, pushed.stored, pushed.alarms[0].kind) == (3, 3, "altered")
    assert central.records(TWO) == thief[:3]


def test_a_spare_host_that_takes_over_goes_on_in_its_own_epoch(central, played):
    records = played(ONE)
    send(central, ONE, records[:40], "h1")
    spare = [*records[:40], *follow(records[:40], started(2), events.MessageShown(text="继续"))]
    assert central.high_water(ONE, "h2") == (40, records[39].hash)
    pushed = central.push(ONE, spare[40:], "h2")
    assert (pushed.seq, pushed.alarms) == (42, ())
    assert central.records(ONE) == spare
    (head,) = central.heads(ONE)
    assert (head.host, head.epoch, head.seq) == ("h2", 2, 42)


def test_two_chains_of_one_session_are_contested_until_somebody_decides(central, played):
    records = played(ONE)
    send(central, ONE, records[:40], "h1")
    old = [*records[:40], *follow(records[:40], events.MessageShown(text="旧主机"))]
    new = [*records[:40], *follow(records[:40], started(2), events.MessageShown(text="新主机"))]
    send(central, ONE, old, "h1")
    pushed = send(central, ONE, new, "h2")
    assert pushed.seq == 42  # stored, though it does not count
    assert [alarm.kind for alarm in pushed.alarms] == ["contested"]
    assert central.records(ONE) == old
    more = follow(new, events.MessageShown(text="还在"))
    assert central.push(ONE, more, "h2").alarms == ()  # told once
    new += more
    assert {(head.host, head.epoch) for head in central.heads(ONE)} == {("h1", 1), ("h2", 2)}
    assert not central.reconcile(ONE, new).equal
    with pytest.raises(BadInput):
        central.resolve(ONE, "h3", 2, by="王一", why="x")
    with pytest.raises(BadInput):
        central.resolve(ONE, "h2", 2, by="", why="")

    central.resolve(ONE, "h2", 2, by="王一", why="旧主机断电")
    assert central.records(ONE) == new
    assert central.reconcile(ONE, new).equal
    assert central.read("sessions", ONE)[0]["seq"] == 43
    # The chair of the chain that lost says otherwise, and then the other's again: the last word counts.
    for loser in (old, new):
        loser += follow(loser, events.ChainChosen(reason="记录更全"), actor="chair")
        central.push(ONE, loser[-1:], "h1" if loser is old else "h2")
        assert central.records(ONE) == loser
        assert central.alarms(ONE) == []
        assert central.read("sessions", ONE)[0]["seq"] == len(loser)
        assert central.reconcile(ONE, loser).equal
    zombie = central.push(ONE, follow(old, events.MessageShown(text="僵尸")), "h1")
    assert [alarm.kind for alarm in zombie.alarms] == ["contested"]
    assert central.records(ONE) == new


def test_a_room_restored_from_an_old_backup_is_noticed(central, played):
    records = played(ONE)
    send(central, ONE, records[:40], "h1")
    restored = [*records[:30], *follow(records[:30], started(2), events.MessageShown(text="恢复"))]
    assert central.high_water(ONE, "h1") == (40, records[39].hash)  # not in the restored journal: it sends all
    pushed = send(central, ONE, restored, "h1")
    assert [alarm.kind for alarm in pushed.alarms] == ["contested"]
    assert central.records(ONE) == records[:40]


@pytest.mark.parametrize("poison", ["NUL in a text", "a number beyond 64 bits", "NUL in the event's id"])
def test_an_event_that_the_columns_cannot_take_keeps_its_bytes(central, played, poison, caplog):
    records = played(ONE)[:30]
    body = msgspec.structs.replace(records[-1].body, seq=31, event_id="p1", event=events.MessageShown(text="毒"))
    if poison == "NUL in a text":
        body = msgspec.structs.replace(body, actor="a\0b")
    elif poison == "a number beyond 64 bits":
        body = msgspec.structs.replace(body, at=msgspec.structs.replace(body.at, mono_ns=2**63))
    else:
        body = msgspec.structs.replace(body, event_id="p\0")
    records.append(seal(body, records[-1].hash))
    records += follow(records, events.MessageShown(text="后面的"))
    with caplog.at_level(logging.WARNING):
        assert send(central, ONE, records).seq == 32
    assert {record.name for record in caplog.records} <= {"psycopg"}  # of the pipeline that the refused value cut short
    assert central.records(ONE) == records
    assert central.push(ONE, records).known == 32
    assert central.reconcile(ONE, records).equal


def test_an_event_that_cannot_be_folded_is_parked_and_later_ones_count(central, played):
    records = played(ONE)
    at = 40
    poisoned = [*records[:at], *follow(records[:at], events.ScoringOpened(entry_no="no such project"))]
    for record in records[at:]:
        body = msgspec.structs.replace(record.body, seq=record.seq + 1)
        poisoned.append(seal(body, poisoned[-1].hash))
    pushed = send(central, ONE, poisoned)
    assert [(alarm.kind, alarm.seq) for alarm in pushed.alarms] == [("parked", at + 1)]
    assert central.push(ONE, follow(poisoned, events.MessageShown(text="x")), "h1").alarms == ()
    send(central, TWO, played(TWO))
    one, two = (
        [(row["entry_no"], row["judge"], row["hundredths"]) for row in central.read("scores", id)] for id in (ONE, TWO)
    )
    assert one == two


# tables that follow


def test_projections_can_be_thrown_away_and_made_again(central, url, played):
    send(central, ONE, played(ONE))
    send(central, TWO, played(TWO))
    before = tables(central)
    for sql in ("DELETE FROM scores", "UPDATE results SET total = '1'", "DELETE FROM sessions", "DELETE FROM projects"):
        by_hand(url, sql)
    assert tables(central) != before
    central.rebuild()
    assert tables(central) == before
    with pytest.raises(KeyError):
        central.read("events")


def test_projections_that_a_crash_left_behind_are_caught_up_by_the_next_push(central, url, played):
    records = played(ONE)
    send(central, ONE, records)
    before = tables(central)
    for table in PROJECTIONS:  # as if the second transaction had never been
        by_hand(url, f"DELETE FROM {table.name}")
    with Central.connect(url) as again:
        assert again.push(ONE, records[-1:], "h1").stored == 0
    assert tables(central) == before


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        (
            "UPDATE scores SET hundredths = hundredths + 50 WHERE entry_no = '2' AND judge = 'E2' AND component = 'expert100'",
            "sum",
        ),
        ("DELETE FROM scores WHERE entry_no = '3'", "sum"),
        ("DELETE FROM projects WHERE entry_no = '3'", "sum"),
        ("UPDATE journals SET seq = seq - 1", "head"),
    ],
)
def test_reconciliation_names_what_differs(central, url, played, sql, what):
    records = played(ONE)
    send(central, ONE, records)
    report = central.reconcile(ONE, records)
    assert report.equal
    assert report.sums["2"] > 0
    by_hand(url, sql)
    report = central.reconcile(ONE, records)
    assert not report.equal
    assert what in {difference.what for difference in report.differences}


def test_reconciliation_is_red_while_the_centre_lacks_events(central, played):
    records = played(ONE)
    send(central, ONE, records[:-1])
    assert {one.what for one in central.reconcile(ONE, records).differences} == {"count", "head"}
    assert not central.reconcile(TWO, played(TWO)).equal


@pytest.mark.parametrize("sql", ["UPDATE events SET actor = 'x'", "DELETE FROM events", "DELETE FROM quarantine"])
def test_the_database_itself_refuses_to_change_an_event(central, url, played, sql):
    send(central, ONE, played(ONE))
    if "quarantine" in sql:
        forged = seal(msgspec.structs.replace(played(ONE)[0].body, salt="f" * 32), GENESIS)
        central.push(ONE, [forged], "h1")
    with pytest.raises(DBAPIError, match="append only"):
        by_hand(url, sql)


# the database


@pytest.mark.parametrize(
    "bad",
    [
        "centre.db",
        "mysql://u:geheim@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////no/such/folder/centre.db",
        "postgresql+psycopg://",
        "postgresql://u:geheim@127.0.0.1:1/x",
        "postgresql+psycopg://u:geheim@:x/x",
    ],
)
def test_an_address_that_cannot_work_is_refused_in_words_without_its_password(bad):
    with pytest.raises(BadInput) as refused:
        Central.connect(bad)
    assert "geheim" not in str(refused.value)
    assert refused.value.problems[0].zh


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear committee, " * 300)
    with pytest.raises(BadInput, match="no database file"):
        Central.connect(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"Dear")


def test_another_programs_database_is_refused(url):
    by_hand(url, "CREATE TABLE wages (id INTEGER)")
    with pytest.raises(BadInput, match="another program"):
        Central.connect(url)


def test_a_newer_schema_is_refused(central, url):
    by_hand(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    for migrate in (False, True):
        with pytest.raises(BadInput, match="newer Judge App"):
            Central.connect(url, migrate=migrate)


def test_a_missing_table_is_said_when_it_is_needed(central, url, played):
    by_hand(url, "DROP TABLE alarms")
    with pytest.raises(StoreFailed):
        central.alarms()


def test_the_migrations_make_exactly_the_described_tables(central, url):
    engine = engine_for(parse_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_many_programs_may_come_first_to_an_empty_database(url):
    errors = []

    def work():
        try:
            Central.connect(url).close()
        except BaseException as problem:
            errors.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_next_version_migrates_an_old_centre_only_when_told_and_this_one_then_refuses_it(
    central, url, engine, tmp_path, played
):
    """The next version is a copy of this program with one migration more, run as a process of its own."""
    records = played(ONE)
    send(central, ONE, records)
    central.close()
    root = Path(__file__).resolve().parents[2]
    later = tmp_path / "later"
    for part in ("judge_app/core", "judge_app/store", "db"):
        shutil.copytree(root / part, later / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "judge_app" / "__init__.py", later / "judge_app")
    (later / "db" / "versions" / "0003_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "revision, down_revision, branch_labels, depends_on = '0003', '0002', None, None\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('sessions') as batch:\n"
        "        batch.add_column(sa.Column('weather', sa.Text()))\n"
    )
    code = (
        "import sys\nfrom judge_app.store.central import Central\nfrom judge_app.core.errors import BadInput\n"
        "try:\n    with Central.connect(sys.argv[1], migrate=sys.argv[2] == 'yes') as c:\n"
        "        print(len(c.records(sys.argv[3])), c.read('sessions')[0]['session_id'])\n"
        "except BadInput as refused: print(refused)\n"
    )

    def run(migrate):
        command = [sys.executable, "-c", code, url, migrate, ONE]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, cwd=later, env=environment, capture_output=True, check=True, timeout=120)
        return done.stdout.decode()

    assert "older schema (0002)" in run("no")
    assert run("yes").split() == [str(len(records)), ONE]
    if engine == "sqlite":
        (copy,) = tmp_path.glob("*.before-0002")
        with Central.connect(f"sqlite:///{copy}") as old:
            assert old.records(ONE) == records
    with pytest.raises(BadInput, match="newer Judge App"):
        Central.connect(url)


def test_a_centre_from_before_photos_gets_their_table_and_keeps_everything(url, played, tmp_path, engine):
    before = engine_for(parse_url(url))
    with before.connect().execution_options(writes=True) as connection, connection.begin():
        command.upgrade(_config(connection), "0001")
    before.dispose()
    with pytest.raises(BadInput, match="older schema"):
        Central.connect(url)
    with Central.connect(url, migrate=True) as central:
        send(central, ONE, played(ONE))
        central.keep_photo(ONE, PHOTO, JPEG)
        assert central.photo(ONE, PHOTO) == JPEG
    assert bool(list(tmp_path.glob("*.before-0001"))) is (engine == "sqlite")


# photos of paper sheets

JPEG = b"\xff\xd8\xff" + bytes(range(256))
PHOTO = hashlib.sha256(JPEG).hexdigest()


def test_a_photo_is_kept_under_its_hash_and_by_its_session(central, url):
    assert central.photos(ONE) == set()
    central.keep_photo(ONE, PHOTO, JPEG)
    central.keep_photo(ONE, PHOTO, JPEG)
    assert central.photos(ONE) == {PHOTO}
    with Central.connect(url) as other:
        assert other.photo(ONE, PHOTO) == JPEG
        assert other.photo(TWO, PHOTO) is None
        assert other.photos(TWO) == set()
    with pytest.raises(ValueError, match="not what its name says"):
        central.keep_photo(ONE, PHOTO, JPEG + b"x")


def test_a_photo_that_was_damaged_at_the_centre_is_none_and_is_taken_anew(central, url):
    central.keep_photo(ONE, PHOTO, JPEG)
    by_hand(
        url, "UPDATE photos SET session_id = session_id, data = received_at" + ("::bytea" if "postgres" in url else "")
    )
    assert central.photo(ONE, PHOTO) is None
    central.keep_photo(ONE, PHOTO, JPEG)
    assert central.photo(ONE, PHOTO) == JPEG


# Postgres alone: users and death


@pytest.fixture
def on_postgres(postgres):
    name = "alone"
    postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    postgres.execute(f"CREATE DATABASE {name}")
    return postgres.url(name)


def test_a_user_without_rights_is_told_so_before_and_during(postgres, on_postgres, played, caplog):
    postgres.execute("DROP ROLE IF EXISTS clerk")
    postgres.execute("CREATE ROLE clerk LOGIN")
    as_clerk = on_postgres.replace("postgres@", "clerk@")
    with pytest.raises(BadInput, match="may not be written"):
        Central.connect(as_clerk)
    records = played(ONE)
    Central.connect(on_postgres).close()
    for table in (*metadata.tables, VERSION_TABLE):
        postgres.execute(f"GRANT ALL ON {table} TO clerk", "alone")
    with Central.connect(as_clerk) as central:
        central.push(ONE, records[:10], "h1")
        postgres.execute("REVOKE INSERT ON events FROM clerk", "alone")
        with pytest.raises(StoreFailed) as failed, caplog.at_level(logging.WARNING):
            central.push(ONE, records[10:20], "h1")
        assert failed.value.code == "permission"
        assert {record.name for record in caplog.records} <= {"psycopg"}  # of the pipeline that was cut short
        assert central.high_water(ONE)[0] == 10
        postgres.execute("GRANT INSERT ON events TO clerk", "alone")
        assert central.push(ONE, records[10:20], "h1").stored == 10
    postgres.execute("DROP OWNED BY clerk", "alone")


def test_a_missing_database_is_named(postgres):
    with pytest.raises(BadInput, match="no such database"):
        Central.connect(postgres.url("nirgends"))


def test_a_killed_server_keeps_what_it_acknowledged_and_the_same_connection_goes_on(postgres, on_postgres, played):
    records = played(ONE)
    with Central.connect(on_postgres) as central:
        acknowledged = central.push(ONE, records[:30], "h1").seq
        postgres.kill()
        with pytest.raises(StoreFailed) as failed:
            central.push(ONE, records[30:], "h1")
        assert failed.value.code == "unreachable"
        with pytest.raises(BadInput, match="cannot be reached"):
            Central.connect(on_postgres)
        postgres.start()
        assert central.high_water(ONE)[0] == acknowledged
        send(central, ONE, records)
        assert central.records(ONE) == records
        assert first_break(central.records(ONE)) is None
        assert central.reconcile(ONE, records).equal
