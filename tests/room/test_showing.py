"""Who is here and what they see: one connection a device, what is beside the journal, and when views go out."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from pathlib import Path

import pytest

from judge_app.core import commands, events
from judge_app.core.views import SheetStatus
from judge_app.room import refusals
from judge_app.room import showing as module
from judge_app.room.showing import Showing
from judge_app.wire import messages
from judge_app.wire.messages import Receipt
from tests.room.halls import WAIT_S, Sink, give, hall, host_view, play


def test_a_second_connection_of_a_device_takes_the_firsts_place(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            first, second = (Sink(held.seat("judge:E2"), device.id) for _ in range(2))
            held.room.showing.join(first, "laptop")
            held.room.showing.join(second, "laptop")
            assert first.dropped[0].code == "elsewhere"
            held.room.showing.leave(first)  # its connection ends only now
            status = next(s for s in host_view(held).seats if s.seat.id == "judge:E2")
            assert status.online
            held.room.showing.leave(second)
            status = next(s for s in host_view(held).seats if s.seat.id == "judge:E2")
            assert not status.online
            assert status.offline_since

    play(scene)


@pytest.mark.parametrize("rate", [1, 10**6])
def test_what_the_host_is_told_of_times_is_by_the_clock_of_the_session(tmp_path: Path, rate: int) -> None:
    """Who left, the last heartbeat and the last copy of a rehearsal at speed are by its own wall time, as its records are."""

    async def scene() -> None:
        async with hall(tmp_path, rate=rate) as held:
            device = await held.seated("judge:E2")
            sink = Sink(held.seat("judge:E2"), device.id)
            held.room.showing.join(sink, "laptop")
            await asyncio.sleep(0.01)
            earliest = dt.datetime.fromisoformat(held.room.clock.stamp().wall)
            held.room.showing.leave(sink)
            held.room._beaten(1)
            await held.room.backup(tmp_path / "backups")
            live = held.room.live()
            said = [live.seats["judge:E2"].offline_since, live.health.last_write, live.health.last_backup]
            latest = dt.datetime.fromisoformat(held.room.clock.stamp().wall)
            assert all(earliest <= dt.datetime.fromisoformat(one) <= latest for one in said)
            assert (latest - dt.datetime.now(dt.UTC) > dt.timedelta(minutes=30)) == (rate > 1)

    play(scene)


def test_progress_is_shown_to_the_host_and_kept_nowhere(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            before = held.room.state.seq
            told = [
                messages.Progress(entry_no="1", filled=3, lines=7),
                messages.Progress(entry_no="77", filled=1, lines=7),
                messages.Progress(entry_no="1", filled=8, lines=7),
                messages.Progress(entry_no="1", filled=1, lines=900),
            ]
            for message in told:
                held.room.showing.progress(held.seat("judge:E2"), message)
            status = next(s for s in host_view(held).seats if s.seat.id == "judge:E2")
            assert (status.filled, status.lines) == (3, 7)
            assert held.room.state.seq == before

    play(scene)


def test_what_is_wrong_at_the_stage_is_told_to_the_host_until_the_stage_takes_it_back_or_goes(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            stage = Sink(held.seat("stage"), str(uuid.uuid4()))
            held.room.showing.join(stage, "stage")
            before = held.room.live().health.trouble
            gone, stray = ("观众屏断开了", "the screen is gone"), ("未计时", "not timed")
            held.room.showing.stage_trouble((gone, stray))
            assert held.room.live().health.trouble == (*before, gone, stray)
            held.room.showing.stage_trouble((stray,))
            assert held.room.live().health.trouble == (*before, stray)
            held.room.showing.leave(stage)
            assert held.room.live().health.trouble == before

    play(scene)


def test_sheets_of_a_burst_gather_and_the_clock_takes_them_along_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gathering is so long here that it ends by no time, only by a record that does not wait."""
    monkeypatch.setattr(module, "GATHER_S", WAIT_S)
    monkeypatch.setattr(module, "GATHER_MOST_S", WAIT_S)

    async def turns() -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    async def scene() -> None:
        async with hall(tmp_path) as held:
            judge = await held.seated("judge:E2")
            await held.order(commands.CallProject(entry_no="1"))
            states = [held.room.committed]
            showing = Showing(held.room.clock, lambda: states[-1], held.room.live)
            sinks = {seat: Sink(held.seat(seat), seat) for seat in ("judge:E2", "chair", "stage")}
            for sink in sinks.values():
                showing.join(sink, "laptop")
            before = {seat: len(sink.shown) for seat, sink in sinks.items()}
            await held.order(commands.StartPhase(phase="presentation"))
            assert isinstance(await give(held, "judge:E2", judge, held.sheet("E2")), Receipt)
            bodies = [record.body for record in held.room.history()]
            sheet = next(body for body in bodies if isinstance(body.event, events.SheetSubmitted))
            phase = next(body for body in bodies if isinstance(body.event, events.PhaseStarted))
            states.append(held.room.committed)
            showing.show_soon([sheet])
            await turns()
            assert {seat: len(sink.shown) for seat, sink in sinks.items()} == before
            showing.show_soon([phase])
            await turns()
            assert {seat: len(sink.shown) for seat, sink in sinks.items()} == dict.fromkeys(sinks, 2)
            assert sinks["judge:E2"].shown[-1].view.sheets["1"].status is SheetStatus.SUBMITTED
            showing.show_soon([phase])
            await turns()
            assert all(len(sink.shown) == 2 for sink in sinks.values()), "what is no news is not shown"
            showing.show_all_again()
            assert all(len(sink.shown) == 3 for sink in sinks.values())
            showing.close()

    play(scene)


def test_only_those_who_are_out_are_dropped_and_the_others_are_shown_what_comes(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            out, stays = Sink(held.seat("chair"), "a"), Sink(held.seat("scorer"), "b")
            showing = held.room.showing
            for sink in (out, stays):
                showing.join(sink, "desk")
            showing.drop(lambda sink: sink.device == "a", refusals.REVOKED)
            assert (out.dropped, stays.dropped) == ([refusals.REVOKED], [])
            assert (showing.sits("chair"), showing.sits("scorer")) == (False, True)
            await held.order(commands.CallProject(entry_no="1"))
            await stays.until(lambda view: view.current == "1")
            assert len(out.shown) == 1

    play(scene)
