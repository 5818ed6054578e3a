"""Records to store: well-formed bodies in an unbroken chain, not a session that the rules would let happen."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from judge_app.core import events
from judge_app.core.journal import GENESIS, Body, Record, Stamp, seal
from judge_app.store.session_file import SessionFile

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
