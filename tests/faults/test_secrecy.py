"""What one judge writes reaches nobody who may not see it: not by a refusal's words, a frame, a log, an answer or a file.

The views themselves are compared byte by byte in ``tests/core/test_views.py``.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core import commands, session
from judge_app.core.errors import Refused
from judge_app.seat.connection import SeatConnection
from judge_app.seat.identity import file_name
from judge_app.wire import messages
from judge_app.wire.messages import Receipt
from tests.core.sessions import FLOWING, PAPER, RULES, any_command, setup
from tests.core.simulation import Move, Sitting
from tests.core.test_views import MANY, two_rooms
from tests.faults.rooms import Hall, hall

OTHERS = ("host", "timekeeper", "stage", "viewer", "E3", "P1")
"""Who sees nothing of what E2 writes before the results are published."""
ANY = any_command(setup(RULES))


def refusals(rooms: tuple[Sitting, Sitting], who: str, command: commands.AnyCommand) -> list[tuple[str, ...]]:
    """What each of two rooms says to a command; nothing is changed by asking."""
    said = []
    for room in rooms:
        seat = room.seat(who)
        try:
            session.decide(room.state, command, seat, room.now_ns)
        except Refused as refused:
            said.append((refused.code, refused.zh, refused.en))
        else:
            said.append(())
    return said


@given(MANY, st.sampled_from([RULES, FLOWING, PAPER]), st.sampled_from(OTHERS), st.lists(ANY, min_size=5, max_size=20))
@settings(max_examples=60)
def test_no_refusal_tells_what_a_judge_wrote(moved: list[Move], rules: Any, who: str, asked: list[Any]) -> None:
    rooms = two_rooms(moved, lambda judge, at: judge == "E2", rules)
    if rooms[0].state.published:
        return
    for command in asked:
        first, second = refusals(rooms, who, command)
        assert first == second


def test_a_refusal_that_tells_a_mark_is_caught_by_the_same_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(state: session.State, command: Any, seat: Any, at_ns: int) -> list[Any]:
        points = state.projects["1"].sheets["E2"].points
        raise Refused("not_allowed", "不能", f"E2 has given {points}")

    rooms = Sitting(setup(PAPER)), Sitting(setup(PAPER))
    rooms[0].submit("E2", "1", 0.3)
    rooms[1].submit("E2", "1", 0.6)
    first, second = refusals(rooms, "E3", commands.UndoStep())
    assert first == second
    monkeypatch.setattr(session, "decide", telling)
    first, second = refusals(rooms, "E3", commands.UndoStep())
    assert first != second


WORDS = "只给组长看：乙方案站不住脚"


def traces(sheet: commands.SubmitSheet) -> list[bytes]:
    """The bytes by which a sheet would be known again: its comment in every usual form, and its lines of marks."""
    found = [WORDS.encode(form) for form in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")]
    found.append(json.dumps(WORDS)[1:-1].encode())
    for lines in sheet.points.values():
        for name, value in lines.items():
            for text in (name, json.dumps(name)[1:-1]):
                found += [f'"{text}":{value}'.encode(), f'"{text}": {value}'.encode()]
    return found


def holding(folder: Path, wanted: list[bytes], but: tuple[str, ...] = ()) -> list[str]:
    """The files below a folder in which any of it stands."""
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(but) and any(one in path.read_bytes() for one in wanted)
    )


def process_words(pid: int) -> bytes:
    """What every user of the computer may read of a process: its command line, and its environment where the system
    tells it."""
    room = Path(f"/proc/{pid}")
    return b"".join((room / name).read_bytes() for name in ("cmdline", "environ") if (room / name).exists())


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[bytes]]:
    """Every frame that a seat hears, by seat."""
    heard: dict[str, list[bytes]] = {}
    kept = SeatConnection._on_message

    async def listening(self: SeatConnection, ws: Any, message: Any) -> bool:
        heard.setdefault(self.seat_id, []).append(messages.encode(message))
        return await kept(self, ws, message)

    monkeypatch.setattr(SeatConnection, "_on_message", listening)
    return heard


def test_a_sheet_is_found_in_its_own_places_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frames: dict[str, list[bytes]]
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))

    async def ask(held: Hall) -> bytes:
        """What a stranger with the judge's link is told."""
        link = held.links["judge:E1"]
        said = b""
        async with aiohttp.ClientSession() as http:
            pinned = aiohttp.Fingerprint(link.fingerprint)
            async with http.get(f"{link.origin}/v1/hello", ssl=pinned) as answer:
                said += await answer.read()
            request = messages.encode(messages.ReachRequest(token=link.token))
            async with http.post(f"{link.origin}/v1/reach", data=request, ssl=pinned) as answer:
                said += await answer.read()
        return said

    async def play() -> None:
        async with hall(tmp_path) as held:
            others = [
                "host",
                "timekeeper",
                "stage",
                "viewer",
                "scorer",
                "checker",
                "supervisor",
                "judge:E2",
                "judge:P1",
            ]
            held.join(*others, "judge:E1")
            await held.seated()
            await held.begin("1")
            sheet = msgspec.structs.replace(held.sheet("judge:E1", "1", mark=13), comment=WORDS)
            wanted = traces(sheet)
            assert isinstance(await held.give("judge:E1", sheet), Receipt)
            again = msgspec.structs.replace(sheet, revision=5, comment=WORDS + "！")
            assert not isinstance(await held.give("judge:E1", again), Receipt)  # a refusal is logged nowhere, either
            assert not isinstance(await held.give("judge:E2", commands.AskReturn(entry_no="1", reason="x")), Receipt)
            await held.seats["host"][1].until(lambda view: "judge:E1" in str(view) or "E1" in str(view))
            await held.give("host", commands.ShowMessage(text="请坐"))
            for seat in others:
                await held.seats[seat][1].until(lambda view: True)
                assert not [frame for frame in frames[seat] if any(one in frame for one in wanted)], seat
            said = await ask(held) + process_words(held.room.pid)
            assert not [one for one in wanted if one in said]
            assert [frame for frame in frames["judge:E1"] if any(one in frame for one in wanted)]  # his own view has it
            await asyncio.to_thread(held.room.stop)
            own = f"{file_name(held.links['judge:E1'])}.outbox"
            assert holding(tmp_path, wanted) == sorted([own, "x.roadshow"])
            assert holding(temporary, wanted) == []

    asyncio.run(play())
