"""The room without its network: what is acknowledged is on the disk, the same again gets the same, views wait for the
commit, and a store in trouble stops everything until the file has been read again."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core import commands, events
from judge_app.core.errors import BadInput
from judge_app.core.journal import Record, first_break
from judge_app.core.views import SheetStatus
from judge_app.room import room as room_module
from judge_app.room.counter import MOST
from judge_app.room.room import open_room
from judge_app.store.errors import StoreFailed
from judge_app.store.session_file import SessionFile, read_session
from judge_app.wire import messages, signing
from judge_app.wire.messages import Receipt, Refusal
from tests.room.halls import Hall, Sink, answer, enrolment, give, hall, play, recovered

UUID = "6f1c0a52-3a44-4a3b-9a53-0f4f0d9b7c11"


class Held(SessionFile):
    """A real session file whose commits can be held up, or made to fail."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.go = threading.Event()
        self.go.set()
        self.reached = threading.Event()
        self.fails = False
        self.fails_after = False

    def append(self, records: Sequence[Record]) -> None:
        self.reached.set()
        assert self.go.wait(30)
        if self.fails:
            raise StoreFailed("disk_full", "磁盘已满", "the disk is full")
        super().append(records)
        if self.fails_after:
            raise StoreFailed("io", "读写错误", "an error of the disk, after the commit")


# submissions


def test_a_receipt_names_the_record_that_is_in_the_file_and_verifies(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            submit = device.sign(held.sheet("E2"))
            receipt = await answer(held, "judge:E2", device, submit)
            assert isinstance(receipt, Receipt)
            assert signing.receipt_is_genuine(held.room.keys.signing.public_key(), device.session, receipt)
            assert receipt.digest == signing.digest(submit.data)
            session = receipt
        records = {record.seq: record for record in read_session(tmp_path / "x.roadshow")}
        record = records[session.seq]
        assert record.hash.hex() == session.hash
        assert record.body.command_id == session.command_id
        assert isinstance(record.event, events.SheetSubmitted)
        assert first_break(records.values()) is None

    play(scene)


def test_the_same_command_again_gets_the_first_receipt_and_makes_no_event(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            submit = device.sign(held.sheet("E2"))
            receipts = await asyncio.gather(*(answer(held, "judge:E2", device, submit) for _ in range(100)))
            before = held.room.committed.seq
            receipts.append(await answer(held, "judge:E2", device, submit))
            assert set(receipts) == {receipts[0]}
            assert held.room.committed.seq == before

    play(scene)


def test_the_same_command_after_a_restart_gets_the_same_receipt(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            submit = device.sign(held.sheet("E2"))
            first = await answer(held, "judge:E2", device, submit)
        async with hall(tmp_path) as held:
            assert await answer(held, "judge:E2", device, submit) == first

    play(scene)


def test_a_recorded_command_that_comes_again_while_the_store_fails_is_told_to_come_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its receipt is asked of the file, behind the commit that is about to fail."""

    async def scene() -> None:
        async with hall(tmp_path, file=Held.create) as held:
            mine, theirs = await held.seated("judge:E2"), await held.seated("judge:E3")
            await held.begin()
            host = Sink(held.seat("host"), "h")
            held.room.showing.join(host, "desk")
            submit = mine.sign(held.sheet("E2"))
            first = await answer(held, "judge:E2", mine, submit)
            file: Any = held.room._file
            file.go.clear()
            failing = asyncio.ensure_future(answer(held, "judge:E3", theirs, theirs.sign(held.sheet("E3"))))
            while held.room.state.projects["1"].sheets["E3"].status is SheetStatus.EMPTY:  # noqa: ASYNC110
                await asyncio.sleep(0)
            again = asyncio.ensure_future(answer(held, "judge:E2", mine, submit))
            while not held.room._asking:  # noqa: ASYNC110
                await asyncio.sleep(0)
            file.fails = True
            file.go.set()
            for told in (await failing, await again):
                assert isinstance(told, Refusal)
                assert (told.code, told.again) == ("store_trouble", True)
            await host.until(recovered)
            assert await answer(held, "judge:E2", mine, submit) == first

    with caplog.at_level(logging.WARNING):
        play(scene)


def test_a_recorded_command_leaves_no_more_than_its_number_in_memory(tmp_path: Path) -> None:
    """However long the evening: what a receipt says is asked of the file. The negative control keeps every record."""

    async def grown(held: Hall, device: Any, count: int) -> float:
        """Bytes a command, over so many that change nothing but the reason of one request."""

        async def many(count: int) -> None:
            for _ in range(count // 20):
                asks = [commands.AskReturn(entry_no="1", reason="x") for _ in range(20)]
                told = await asyncio.gather(*(give(held, "judge:E2", device, one) for one in asks))
                assert all(isinstance(one, Receipt) for one in told)

        await many(MOST + 20)  # a device's own counter is full then
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        await many(count)
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / count

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            await give(held, "judge:E2", device, held.sheet("E2"))
            tracemalloc.start()
            try:
                assert await grown(held, device, 400) < 250
                kept: list[Record] = []
                held.room.new_records.append(kept.extend)
                assert await grown(held, device, 100) > 250
            finally:
                tracemalloc.stop()

    play(scene)


def test_the_same_id_with_other_bytes_is_refused_and_alarmed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            submit = device.sign(held.sheet("E2"))
            first = await answer(held, "judge:E2", device, submit)
            other = device.sign(held.sheet("E2", share=1), command_id=submit.command_id)
            refused = await answer(held, "judge:E2", device, other)
            assert isinstance(refused, Refusal)
            assert refused.code == "id_reused"
            assert "编号相同" in held.room.live().health.trouble[0][0]
            assert await answer(held, "judge:E2", device, submit) == first

    with caplog.at_level(logging.WARNING):
        play(scene)
    assert "other bytes" in caplog.text


def test_another_seats_command_sent_again_as_ones_own_gets_no_receipt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            mine, theirs = await held.seated("judge:E2"), await held.seated("judge:E3")
            await held.begin()
            submit = mine.sign(held.sheet("E2"))
            await answer(held, "judge:E2", mine, submit)
            # replayed as it is: signed for another device
            replayed = await answer(held, "judge:E3", theirs, submit)
            assert isinstance(replayed, Refusal)
            assert replayed.code == "bad_signature"
            # signed anew by the other's own key: the id is taken
            signed = await answer(held, "judge:E3", theirs, theirs.sign(submit.data, command_id=submit.command_id))
            assert isinstance(signed, Refusal)
            assert signed.code == "id_reused"
            assert held.room.committed.projects["1"].sheets["E3"].status is SheetStatus.EMPTY

    with caplog.at_level(logging.WARNING):
        play(scene)


@pytest.mark.parametrize(
    "command_id", ["", "1", "x" * 36, UUID.upper(), "{" + UUID + "}", UUID.replace("-", ""), f"urn:uuid:{UUID}"]
)
def test_an_id_is_a_uuid_in_its_one_spelling(tmp_path: Path, command_id: str) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("host")
            refused = await answer(held, "host", device, device.sign(commands.OpenScoring(), command_id=command_id))
            assert isinstance(refused, Refusal)
            assert refused.code == "malformed"

    play(scene)


def test_a_device_that_is_not_let_in_or_no_more_may_do_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.enrol("judge:E2")
            await held.begin()
            waiting = await give(held, "judge:E2", device, held.sheet("E2"))
            await held.admit("judge:E2", device)
            elsewhere = await give(held, "judge:E3", device, held.sheet("E3"))
            await held.order(commands.RevokeDevice(seat="judge:E2", device=device.id, reason="丢失"))
            revoked = await give(held, "judge:E2", device, held.sheet("E2"))
            for refused in (waiting, elsewhere, revoked):
                assert isinstance(refused, Refusal)
                assert refused.code == "not_admitted"
            assert held.room.committed.projects["1"].sheets["E2"].status is SheetStatus.EMPTY

    play(scene)


def test_a_signature_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            submit = device.sign(held.sheet("E2"))
            for changes in ({"signature": "00" * 64}, {"signature": ""}, {"counter": 99}, {"data": submit.data + " "}):
                refused = await answer(held, "judge:E2", device, msgspec.structs.replace(submit, **changes))
                assert isinstance(refused, Refusal)
                assert refused.code == "bad_signature"
            assert isinstance(await answer(held, "judge:E2", device, submit), Receipt)

    play(scene)


def test_what_is_no_command_is_refused_with_the_reason(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            for text in (
                "",
                "{}",
                "null",
                '{"do":"Explode"}',
                '{"do":"Recuse","entry_no":1,"reason":"x"}',
                "[" * 9_999,
            ):
                refused = await answer(held, "judge:E2", device, device.sign(text))
                assert isinstance(refused, Refusal)
                assert refused.code == "malformed"
                assert refused.en.startswith("malformed command: ")

    play(scene)


# commit before all else


def test_a_connection_that_fails_leaves_nobody_else_without_a_receipt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Both sheets are of one commit, and the first one's connection breaks as it is answered."""

    def broken(_: Any) -> None:
        raise AttributeError("the transport is no more")

    async def scene() -> None:
        async with hall(tmp_path, file=Held.create) as held:
            file: Any = held.room._file
            first, second = await held.seated("judge:E1"), await held.seated("judge:E2")
            await held.begin()
            file.go.clear()
            file.reached.clear()
            held.room.take(held.seat("judge:E1"), first.id, first.sign(held.sheet("E1")), broken)
            task = asyncio.ensure_future(give(held, "judge:E2", second, held.sheet("E2")))
            assert await asyncio.to_thread(file.reached.wait, 30)
            file.go.set()
            assert isinstance(await asyncio.wait_for(task, 30), Receipt)

    with caplog.at_level(logging.ERROR):
        play(scene)
    assert "was not sent" in caplog.text


def test_neither_receipt_nor_view_goes_out_before_the_commit(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, file=Held.create) as held:
            file: Any = held.room._file
            device = await held.seated("judge:E2")
            await held.begin()
            judge, host = Sink(held.seat("judge:E2"), device.id), Sink(held.seat("host"), "h")
            held.room.showing.join(judge, "laptop")
            held.room.showing.join(host, "desk")
            shown = len(judge.shown), len(host.shown)
            file.go.clear()
            file.reached.clear()
            task = asyncio.ensure_future(give(held, "judge:E2", device, held.sheet("E2")))
            assert await asyncio.to_thread(file.reached.wait, 30)
            # decided, but not on the disk: a newcomer, who is shown everything at once, must not see it either
            assert held.room.state.projects["1"].sheets["E2"].status is SheetStatus.SUBMITTED
            newcomer = Sink(held.seat("judge:E2"), "other device")
            held.room.showing.join(newcomer, "laptop")
            assert newcomer.shown[-1].view.sheets == {}
            assert newcomer.shown[-1].seq == held.room.committed.seq
            assert held.room.live().head_seq == held.room.committed.seq
            assert not task.done()
            assert (len(judge.shown), len(host.shown)) == shown
            file.go.set()
            receipt = await task
            assert isinstance(receipt, Receipt)
            assert (await judge.until(lambda view: view.sheets)).seq >= receipt.seq

    play(scene)


def test_a_room_that_acknowledges_before_the_commit_is_found_out(tmp_path: Path) -> None:
    """The negative control of the test above: the same look at a room whose writer tells first."""

    class Hasty(room_module.Writer):
        def _commit(self, batch: Sequence[Record]) -> None:
            self._committed(batch, 0)
            committed, self._committed = self._committed, lambda *_: None
            super()._commit(batch)
            self._committed = committed

    async def scene() -> None:
        async with hall(tmp_path, file=Held.create) as held:
            file: Any = held.room._file
            device = await held.seated("judge:E2")
            await held.begin()
            held.room._writer.stop()
            held.room._writer = Hasty(file, held.room._on_committed, lambda *_: None)
            held.room._writer.start()
            file.go.clear()
            receipt = await give(held, "judge:E2", device, held.sheet("E2"))
            assert isinstance(receipt, Receipt)  # and the file does not have it
            stored = {record.seq for record in file.records()}
            file.go.set()
            assert receipt.seq not in stored

    play(scene)


def test_a_commit_that_fails_is_no_receipt_and_the_same_command_is_taken_once_the_file_is_read_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, file=Held.create) as held:
            device = await held.seated("judge:E2")
            other = await held.seated("judge:E3")
            await held.begin()
            host = Sink(held.seat("host"), "h")
            held.room.showing.join(host, "desk")
            file: Any = held.room._file
            file.fails = True
            submits = [device.sign(held.sheet("E2")), other.sign(held.sheet("E3"))]
            refused = await asyncio.gather(
                answer(held, "judge:E2", device, submits[0]), answer(held, "judge:E3", other, submits[1])
            )
            for one in refused:
                assert isinstance(one, Refusal)
                assert one.code == "store_trouble"
                assert one.again
            assert "写入失败" in (await host.until(lambda view: view.health.trouble)).view.health.trouble[0][0]
            # while it is in trouble nothing is taken at all, neither commands nor devices
            again = await answer(held, "judge:E2", device, submits[0])
            assert isinstance(again, Refusal)
            request = enrolment(held, held.room.joining.link_token("judge:P1"), Ed25519PrivateKey.generate())
            denied = await held.room.enrol(request)
            assert isinstance(denied, messages.Denied)
            assert denied.code == "store_trouble"
            assert not denied.final
            await host.until(recovered)
            assert held.room.state.projects["1"].sheets["E2"].status is SheetStatus.EMPTY
            receipts = [
                await answer(held, "judge:E2", device, submits[0]),
                await answer(held, "judge:E3", other, submits[1]),
            ]
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            assert isinstance(await held.room.enrol(request), messages.Enrolled)
        records = list(read_session(tmp_path / "x.roadshow"))
        assert first_break(records) is None
        assert sum(isinstance(record.event, events.SheetSubmitted) for record in records) == 2

    with caplog.at_level(logging.WARNING):
        play(scene)
    assert "could not be written" in caplog.text


def test_a_commit_whose_outcome_was_unknown_is_receipted_once_when_it_did_happen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, file=Held.create) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            file: Any = held.room._file
            file.fails_after = True
            host = Sink(held.seat("host"), "h")
            held.room.showing.join(host, "desk")
            submit = device.sign(held.sheet("E2"))
            refused = await answer(held, "judge:E2", device, submit)
            assert isinstance(refused, Refusal)
            await host.until(recovered)
            receipt = await answer(held, "judge:E2", device, submit)
            assert isinstance(receipt, Receipt)
            assert receipt.seq <= held.room.committed.seq
        sheets = [r for r in read_session(tmp_path / "x.roadshow") if isinstance(r.event, events.SheetSubmitted)]
        assert [record.seq for record in sheets] == [receipt.seq]

    with caplog.at_level(logging.CRITICAL):
        play(scene)


async def _stored_for_all_that(
    held: Hall, seat: str, device: Any, host: Sink, command: commands.AnyCommand
) -> Receipt | Refusal:
    """A commit that is said to have failed and did not; returns what the command gets once the file is open again."""
    file: Any = held.room._file
    file.fails_after = True
    submit = device.sign(command)
    assert isinstance(await answer(held, seat, device, submit), Refusal)
    await host.until(recovered)
    return await answer(held, seat, device, submit)


def test_a_device_that_a_commit_of_unknown_outcome_put_out_is_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True, file=Held.create) as held:
            device, lost, kept = [await held.seated(seat) for seat in ("host", "chair", "scorer")]
            host = Sink(held.seat("host"), device.id)
            out, stays = Sink(held.seat("chair"), lost.id), Sink(held.seat("scorer"), kept.id)
            for sink in (host, out, stays):
                held.room.showing.join(sink, "desk")
            shown = len(out.shown)
            revoke = commands.RevokeDevice(seat="chair", device=lost.id, reason="丢失")
            assert isinstance(await _stored_for_all_that(held, "host", device, host, revoke), Receipt)
            assert [denied.code for denied in out.dropped] == ["revoked"]
            assert len(out.shown) == shown, "it is shown nothing any more"
            assert not stays.dropped

    with caplog.at_level(logging.CRITICAL):
        play(scene)


def test_a_judge_whom_a_commit_of_unknown_outcome_let_walk_in_has_a_seat(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True, file=Held.create) as held:
            device, chair = await held.seated("host"), await held.seated("chair")
            host = Sink(held.seat("host"), device.id)
            held.room.showing.join(host, "desk")
            proposal = commands.ProposeJudge(name="新评委", judge_class="专家评委", reason="评委不足")
            assert isinstance(await give(held, "host", device, proposal), Receipt)
            assert "judge:E10" not in held.room.joining.seats
            agreed = commands.AgreeJudge(no="E10")
            assert isinstance(await _stored_for_all_that(held, "chair", chair, host, agreed), Receipt)
            assert "新评委" in [card.name for card in host.briefed.judges]
            assert "judge:E10" in [link.seat for link in held.room.live().join_links]
            held.setup = held.room.committed.session
            judge = await held.seated("judge:E10")
            await held.begin()
            assert isinstance(await give(held, "judge:E10", judge, held.sheet("E10")), Receipt)

    with caplog.at_level(logging.CRITICAL):
        play(scene)


def test_a_heartbeat_that_cannot_be_written_stops_the_room_as_a_commit_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Beatless(SessionFile):
        beats = True

        def heartbeat(self) -> int:
            if not self.beats:
                raise StoreFailed("io", "读写错误", "an error of the disk")
            return super().heartbeat()

    async def scene() -> None:
        async with hall(tmp_path, file=Beatless.create) as held:
            file: Any = held.room._file
            file.beats = False
            host = Sink(held.seat("host"), "h")
            held.room.showing.join(host, "desk")
            held.room.with_file(held.room._heartbeat)
            await host.until(lambda view: view.health.trouble)
            await host.until(recovered)
            assert held.room._file is not file
            device = await held.seated("host")
            assert isinstance(await give(held, "host", device, commands.CallProject(entry_no="1")), Receipt)

    with caplog.at_level(logging.CRITICAL):
        play(scene)
    assert "could not be written" in caplog.text


# opening


def test_no_file_and_no_setup_is_said(tmp_path: Path) -> None:
    async def scene() -> None:
        with pytest.raises(BadInput) as caught:
            open_room(tmp_path / "x.roadshow")
        assert "没有这个场次文件" in caught.value.problems[0].zh

    play(scene)


def test_a_second_room_on_one_file_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            with pytest.raises(BadInput) as caught:
                open_room(tmp_path / "x.roadshow")
            assert "另一个进程" in caught.value.problems[0].zh
            await held.begin()

    play(scene)


def test_damaged_keys_leave_the_session_file_free(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path):
            pass
        key = tmp_path / "x.roadshow.key"
        good = key.read_bytes()
        key.write_bytes(b"{")
        with pytest.raises(BadInput):
            open_room(tmp_path / "x.roadshow")
        key.write_bytes(good)
        async with hall(tmp_path):
            pass

    play(scene)


def test_a_backup_is_a_whole_session_file(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            await held.room.backup(tmp_path / "backups")
            assert held.room.live().health.last_backup
            stored = held.room.committed.seq
        copies = list((tmp_path / "backups").glob("*.roadshow"))
        assert len(copies) == 1
        assert list(read_session(copies[0]))[-1].seq == stored

    play(scene)


def test_a_backup_that_fails_says_so_and_the_room_goes_on(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            (tmp_path / "backups").write_text("a file where the folder should be")
            with pytest.raises((OSError, StoreFailed)):
                await held.room.backup(tmp_path / "backups")
            await held.begin()

    play(scene)


def test_what_a_listener_hears_is_on_the_disk(tmp_path: Path) -> None:
    async def scene() -> None:
        heard: list[int] = []
        async with hall(tmp_path) as held:

            def hear(records: Sequence[Record]) -> None:
                stored = {record.seq for record in held.room.history()}
                heard.extend(record.seq for record in records)
                assert stored.issuperset(heard)

            held.room.new_records.append(hear)
            await held.begin()
        assert heard == list(range(heard[0], heard[0] + len(heard)))

    play(scene)


# taken over


def test_a_room_believes_that_it_was_taken_over_only_with_its_own_keys_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            await held.begin()
            liar = Ed25519PrivateKey.generate()
            for key, epoch in ((liar, 2), (held.room.keys.signing, 1)):
                proof = signing.sign_epoch(key, device.session, epoch)
                held.room.heard_of_epoch(messages.Hello(device="d", secret="s", epoch=2, proof=proof))
                assert not held.room.superseded
            sink = Sink(held.seat("judge:E2"), device.id)
            held.room.showing.join(sink, "laptop")
            proof = signing.sign_epoch(held.room.keys.signing, device.session, 2)
            held.room.heard_of_epoch(messages.Hello(device="d", secret="s", epoch=2, proof=proof))
            assert held.room.superseded
            assert (await sink.until_dropped()).code == "superseded"
            refused = await give(held, "judge:E2", device, held.sheet("E2"))
            assert isinstance(refused, Refusal)
            assert (refused.code, refused.again) == ("superseded", True)
            assert any("已接管" in zh for zh, _ in held.room.live().health.trouble)

    with caplog.at_level(logging.WARNING):
        play(scene)
