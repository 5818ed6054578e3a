"""A spare is fed batch by batch; where the journal cannot be read its connection ends, and it comes again."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from judge_app.core.journal import Record
from judge_app.room.feeding import Feed
from judge_app.store.errors import StoreFailed
from judge_app.wire import messages
from tests.room.halls import hall


def test_a_spare_gets_the_whole_journal_and_what_comes_after_it(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            sent: list[messages.Journal] = []
            feed = Feed(held.room, lambda message: sent.append(message), lambda: None)  # type: ignore[arg-type]
            feed.start(messages.Follow(after=0, hash=""))
            await held.begin()
            while sum(len(journal.records) for journal in sent) < held.room.committed.seq:
                await asyncio.sleep(0.01)
                feed.confirmed(held.room.committed.seq)
            hashes = [line.hash for journal in sent for line in journal.records]
            assert hashes == [record.hash.hex() for record in held.room.history()]
            await feed.stop()
            assert any("备用主机" in zh for zh, _ in held.room.live().health.trouble)

    asyncio.run(scene())


def test_a_spare_that_cannot_be_fed_is_let_go_instead_of_waiting_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(after: int = 0) -> list[Record]:
        raise StoreFailed("io", "读写错误", "an error of the disk")

    async def scene() -> None:
        async with hall(tmp_path) as held:
            lost = asyncio.Event()
            feed = Feed(held.room, lambda message: None, lost.set)
            with monkeypatch.context() as patched:
                patched.setattr(held.room.file, "records", broken)
                feed.start(messages.Follow(after=0, hash=""))
                await asyncio.wait_for(lost.wait(), 10)
            await feed.stop()

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())
    assert "cannot be fed" in caplog.text


def test_a_spare_that_is_back_before_its_old_connection_has_ended_is_not_called_away(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            old, new = (Feed(held.room, lambda message: None, lambda: None) for _ in range(2))
            old.start(messages.Follow(after=0, hash=""))
            new.start(messages.Follow(after=0, hash=""))
            await asyncio.sleep(0.05)
            await old.stop()
            assert not any("备用主机" in zh for zh, _ in held.room.live().health.trouble)
            await new.stop()
            assert any("备用主机" in zh for zh, _ in held.room.live().health.trouble)

    asyncio.run(scene())
