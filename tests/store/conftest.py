"""Records to store: well-formed bodies in an unbroken chain, not a session that the rules would let happen."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from judge_app.core import commands, events
from judge_app.core.contest import Presence
from judge_app.core.journal import GENESIS, Body, Record, Stamp, seal
from judge_app.store.central import Central
from judge_app.store.session_file import SessionFile
from tests.core.simulation import Sitting
from tests.postgres import Server

MakeRecords = Callable[..., list[Record]]


@pytest.fixture
def make_records() -> MakeRecords:
    """``make_records(count, head)``: so many records behind ``head``, each with ids of its own."""
    numbers = itertools.count(1)

    def make(count: int, head: tuple[int, bytes] = (0, GENESIS), kinds: Sequence[events.Event] = ()) -> list[Record]:
        seq, prev = head
        records = []
        for index in range(count):
            number = next(numbers)
            seq += 1
            event = (
                kinds[index]
                if kinds
                else events.SheetSubmitted(
                    entry_no=str(number % 7 + 1),
                    judge="E1",
                    revision=number,
                    points={"expert100": {"综合表现": 1850}},
                    comment="好",
                )
            )
            body = Body(
                seq=seq,
                event_id=f"{number:032x}",
                command_id=f"c{number:031x}",
                part=0,
                command_digest="",
                version=1,
                actor="judge:E1",
                at=Stamp(mono_ns=seq * 1_000_000_000, boot_id="boot-1", wall="2026-12-05T09:30:00.000Z"),
                salt=f"{number:032x}",
                event=event,
            )
            record = seal(body, prev)
            records.append(record)
            prev = record.hash
        return records

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "上午场 一.roadshow"


@pytest.fixture
def session(path: Path) -> Iterator[SessionFile]:
    """An open, empty session file."""
    with SessionFile.create(path) as file:
        yield file


# the centre


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a run; each test gets a database of its own."""
    server = Server(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / '中心 库.db'}"
    server = request.getfixturevalue("postgres")
    name = f"t{next(_databases)}"
    server.execute(f"CREATE SCHEMA {name}")
    return server.url(schema=name)


_databases = itertools.count(1)


@pytest.fixture
def central(url: str) -> Iterator[Central]:
    with Central.connect(url) as made:
        yield made


def renamed(records: Sequence[Record], session_id: str) -> list[Record]:
    """The same story as another session's: ids of its own, sealed anew."""
    prev = GENESIS
    made = []
    for record in records:
        event = record.event
        if isinstance(event, events.SessionOpened):
            event = msgspec.structs.replace(event, setup=msgspec.structs.replace(event.setup, session_id=session_id))
        body = msgspec.structs.replace(record.body, event_id=f"{session_id[:8]}{record.body.event_id[8:]}", event=event)
        made.append(seal(body, prev))
        prev = made[-1].hash
    return made


@pytest.fixture(scope="session")
def played() -> Callable[[str], list[Record]]:
    """``played(session_id)``: a whole small session, with a returned sheet, a recusal, a pause and a lock."""
    sitting = Sitting()
    sitting.write([events.RoomStarted(boot_id="boot", origin_real_ns=1, origin_ns=1, rate=1, epoch=1)], "room")
    sitting.call("1")
    sitting.start()
    sitting.wait(60)
    sitting.do("host", commands.HoldClock(technical=False, reason="话筒"))
    sitting.wait(20)
    sitting.do("host", commands.ReleaseClock())
    sitting.wait(500)
    sitting.do("host", commands.OpenScoring())
    sitting.submit("E1", "1", 0.7)
    sitting.submit("E2", "1", 0.5)
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="笔误"))
    sitting.submit("E2", "1", 0.6)
    away = commands.SetPresence(entry_no="1", judge="E3", presence=Presence.RECUSED, reason="同单位", replaced_by="E8")
    sitting.do("host", away)
    sitting.score("1")
    sitting.finish()
    return lambda session_id: renamed(sitting.records, session_id)
