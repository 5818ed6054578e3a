"""A spare follows a room live and takes over: real processes, kills, seats that move by the certificate they pinned,
receipts that hold, and an old room that comes back and is not believed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from judge_app import hosting, launch
from judge_app.core import commands, overall
from judge_app.core.errors import BadInput
from judge_app.core.events import PauseKind, RoomStarted, SessionResumed
from judge_app.core.seats import Role
from judge_app.room.beginning import TAKE_OVER
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import Link
from judge_app.store.session_file import read_session
from judge_app.verify import verify_file
from judge_app.wire.link import read_link
from judge_app.wire.messages import Receipt, Refusal
from tests.faults.rooms import Ear, Hall, RoomProcess, hall, points_for
from tests.faults.test_recovery import check_history

JUDGES = 3


class Spared(Hall):
    """A hall with a spare computer."""

    spare: launch.Process
    second: RoomProcess
    ports: list[int]

    def join(self, *seats: str, via: tuple[str, int] | None = None) -> None:
        """Seats that look elsewhere where they must."""

        async def find(fingerprint: bytes) -> list[tuple[str, int]]:
            return [("127.0.0.1", port) for port in self.ports]

        for seat in seats:
            ear = Ear()
            link = self.links.setdefault(seat, read_link(self.room.ready["links"][seat]))
            connection = SeatConnection(link, ear, folder=self.folder / "seats", device_name=seat, find=find)
            self.seats[seat] = (connection, ear)
            self.tasks[seat] = asyncio.create_task(connection.run())

    async def follow(self) -> None:
        """The spare joins and the host lets it in; until it has everything."""
        arguments = ["spare", self.room.ready["links"]["spare"], "--folder", str(self.folder / "spare"), "--ready"]
        starting = asyncio.create_task(
            asyncio.to_thread(lambda: launch.Process(arguments, log=self.folder / "spare.log", ready=True))
        )
        ear = self.seats["host"][1]
        await ear.until(lambda view: _spare(view).waiting)
        ((device, _),) = _spare(ear.view).waiting
        assert not list((self.folder / "spare").glob("*.roadshow*"))  # it has nothing before the host's hand
        await self.give("host", commands.AdmitDevice(seat="spare", device=device))
        self.spare = await starting
        await self.followed()

    async def followed(self) -> None:
        ear = self.seats["host"][1]
        await ear.until(lambda view: view.health.spare == "ok" and view.health.spare_lag == 0)

    @property
    def copy(self) -> Path:
        return Path(self.spare.ready["session_file"])

    async def sheets(self, entry_no: str) -> list[Receipt]:
        made = []
        for judge in self.setup.contest.judges[:JUDGES]:
            sheet = commands.SubmitSheet(entry_no=entry_no, revision=0, points=points_for(self.setup, judge.no, 12))
            made.append(await self.give(f"judge:{judge.no}", sheet))
        assert all(isinstance(one, Receipt) for one in made), made
        return made

    async def sit(self) -> None:
        self.join("host", *(f"judge:{judge.no}" for judge in self.setup.contest.judges[:JUDGES]))
        await self.seated()

    async def take_over(self) -> None:
        """The room is dead; the spare's copy becomes the room."""
        await asyncio.to_thread(self.spare.stop)
        arguments = ["room", str(self.copy), "--take-over", "--ready"]
        self.second = await asyncio.to_thread(lambda: RoomProcess(arguments, self.folder / "second.log", self.program))
        self.ports.append(self.second.ready["port"])
        await self.leave("host")
        self.links["host"] = read_link(self.second.ready["links"]["host"])
        self.join("host")
        await self.seated()


def _spare(view: Any) -> Any:
    return next(status for status in view.seats if status.seat.role is Role.SPARE)


async def online(ear: Ear) -> None:
    await ear.until(lambda _: ear.link is Link.ONLINE)


@contextlib.asynccontextmanager
async def spared(folder: Path) -> AsyncIterator[Spared]:
    async with hall(folder, kind=Spared) as held:
        assert isinstance(held, Spared)
        held.ports = []
        try:
            await held.sit()
            await held.follow()
            yield held
        finally:
            await held.leave()
            if hasattr(held, "spare"):
                held.spare._popen.send_signal(signal.SIGCONT)
                await asyncio.to_thread(held.spare.stop)
            if hasattr(held, "second"):
                await asyncio.to_thread(held.second.stop)


def test_a_spare_takes_over_with_two_peoples_consent_and_every_seat_moves_by_itself(tmp_path: Path) -> None:
    receipts: list[Receipt] = []
    copies: list[Path] = []

    async def story() -> None:
        async with spared(tmp_path) as held:
            copies.append(held.copy)
            with pytest.raises(BadInput, match="still answers"):
                await asyncio.to_thread(hosting.check_alone, held.copy)
            kept = json.loads(hosting.origin_of(held.copy).read_text("utf-8"))
            link = read_link(kept["link"])
            assert kept["met"] == [[link.host, link.port]]
            await held.begin("1")
            receipts.extend(await held.sheets("1"))
            await held.followed()
            await asyncio.to_thread(held.kill)
            hosting_ok = await asyncio.to_thread(hosting.check_alone, held.copy)
            assert hosting_ok is None
            await held.take_over()
            host, ear = held.seats["host"]
            await ear.until(lambda view: view.paused is not None)
            assert ear.view.paused.kind is PauseKind.TAKEN_OVER  # type: ignore[union-attr]
            assert ear.view.paused.sheets == JUDGES  # type: ignore[union-attr]
            assert isinstance(await held.give("host", commands.GoOn()), Refusal)  # one person alone may not
            assert isinstance(await held.give("host", commands.GoOn(second_person="沈知衡")), Receipt)
            for judge in held.setup.contest.judges[:JUDGES]:
                await online(held.seats[f"judge:{judge.no}"][1])
            await held.give("host", commands.OpenScoring())
            await held.begin("2")
            receipts.extend(await held.sheets("2"))
            assert host.pending() == 0

    asyncio.run(story())
    (copy,) = copies
    check_history(copy, receipts)
    assert verify_file(copy).ok
    events = [record.event for record in read_session(copy)]
    assert [event.epoch for event in events if isinstance(event, RoomStarted)] == [1, TAKE_OVER]
    assert [event.second_person for event in events if isinstance(event, SessionResumed)] == ["沈知衡"]


def test_receipts_that_the_spare_never_saw_are_made_good_by_the_judges_computers(tmp_path: Path) -> None:
    receipts: list[Receipt] = []
    copies: list[Path] = []

    async def story() -> None:
        async with spared(tmp_path) as held:
            copies.append(held.copy)
            await held.begin("1")
            await held.followed()
            held.spare._popen.send_signal(signal.SIGSTOP)
            receipts.extend(await held.sheets("1"))
            await asyncio.to_thread(held.kill)
            held.spare._popen.send_signal(signal.SIGKILL)  # what lay in its socket is gone too
            await asyncio.to_thread(held.spare.wait, 10)
            stored = {record.body.command_id for record in read_session(held.copy)}
            assert not stored & {one.command_id for one in receipts}  # negative control: it has none of them
            await held.take_over()
            await held.give("host", commands.GoOn(second_person="沈知衡"))
            for judge in held.setup.contest.judges[:JUDGES]:
                await held.seats[f"judge:{judge.no}"][1].until(lambda view: view.sheets.get("1") is not None)

    asyncio.run(story())
    records = read_session(copies[0])
    stored = {record.body.command_id for record in records}
    assert {one.command_id for one in receipts} <= stored
    state = overall.replay(records)
    for no in list(state.projects["1"].sheets)[:JUDGES]:
        assert state.projects["1"].sheets[no].points is not None


def test_the_old_room_that_comes_back_is_not_believed(tmp_path: Path) -> None:
    async def story() -> None:
        async with spared(tmp_path) as held:
            await held.begin("1")
            await held.followed()
            await asyncio.to_thread(held.kill)
            await held.take_over()
            await held.give("host", commands.GoOn(second_person="沈知衡"))
            seat = f"judge:{held.setup.contest.judges[0].no}"
            await online(held.seats[seat][1])
            await asyncio.to_thread(held.start)  # at its old address, with its old keys
            await held.leave(seat)
            held.join(seat)  # its link names the old room
            await held.seated()
            receipt = await held.give(seat, held.sheet(seat, "1", mark=12))
            assert isinstance(receipt, Receipt)
            assert "has begun elsewhere" in held.log.read_text("utf-8")
            await asyncio.to_thread(held.room.stop)
            await asyncio.to_thread(held.second.stop)
            assert receipt.command_id in {record.body.command_id for record in read_session(held.copy)}
            assert receipt.command_id not in {record.body.command_id for record in read_session(held.file)}

    asyncio.run(story())
