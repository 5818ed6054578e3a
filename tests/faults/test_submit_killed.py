"""The room killed inside chosen system calls of the submit path; every call of it is swept by ``run.py faults submit_kills``."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from judge_app.seat import connection
from tests.faults.kill_points import CAN_TRACE, Point, Sheets, killed_at
from tests.faults.rooms import HASTY, hall

pytestmark = pytest.mark.skipif(not CAN_TRACE, reason="tracing takes strace and root on Linux")

POINTS = (("writer", "pwrite64", 1), ("writer", "pwrite64", 5), ("writer", "fdatasync", 1), ("loop", "sendto", 1))


@pytest.fixture(autouse=True)
def quiet_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seats' own pings would be most of the loop's calls."""
    monkeypatch.setattr(connection, "PING_S", 30.0)


def killed(folder: Path, points: tuple[tuple[str, str, int], ...], program: list[str] | None = None) -> list[Point]:
    async def play() -> list[Point]:
        async with hall(folder, program=program) as held:
            judges = held.judges()[: len(points)]
            held.join("host", *judges)
            await held.seated()
            sheets = Sheets(held, judges)
            told = []
            for thread, call, when in points:
                given = await sheets.next()
                assert given is not None
                told.append(await killed_at(held, *given, thread, call, when))
                if told[-1].problems:
                    break
            return told

    return asyncio.run(play())


def test_killed_between_the_frame_and_the_receipt_every_sheet_is_recorded_once(tmp_path: Path) -> None:
    told = killed(tmp_path, POINTS)
    assert [point.problems for point in told] == [[]] * len(POINTS)
    assert [point for point in told if not point.died] == []
    assert {"uncommitted", "committed"} <= {point.phase for point in told}


def test_a_room_that_acknowledges_before_the_commit_loses_its_receipt_at_the_same_points(tmp_path: Path) -> None:
    told = killed(tmp_path, (("writer", "pwrite64", 1), ("writer", "pwrite64", 4), ("writer", "pwrite64", 6)), HASTY)
    assert any("is for what is not stored" in problem for point in told for problem in point.problems)
