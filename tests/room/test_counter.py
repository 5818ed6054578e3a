"""What a device's numbers tell: commands that did not arrive, and two programs with one key."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from judge_app.core import commands
from judge_app.room.counter import Counter
from judge_app.wire import messages
from judge_app.wire.messages import Receipt
from tests.room.halls import Device, hall


def test_numbers_in_order_are_not_worth_a_word_and_others_are() -> None:
    counter = Counter()
    assert [counter.take(number, str(number)) for number in (7, 8, 9)] == ["", "", ""]
    assert counter.take(12, "12") == "gap"
    assert counter.missing == {10, 11}
    assert counter.take(11, "11") == "late"
    assert counter.take(10, "10") == "late"
    assert counter.missing == set()
    assert counter.take(10, "10") == "late"  # the same again is nobody else
    assert not counter.twice
    assert counter.take(3, "3") == ""  # from before this room's start
    assert counter.take(12, "another") == "twice"
    assert counter.twice


def test_a_jump_costs_no_more_than_a_bounded_memory() -> None:
    counter = Counter()
    counter.take(1, "1")
    assert counter.take(2**53 - 1, "x") == "gap"
    assert len(counter.missing) < 1_000


def test_the_host_is_told_of_what_did_not_arrive_until_it_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            host = await held.seated("host")
            sent = [host.sign(commands.ShowMessage(text=str(number))) for number in range(3)]

            async def give(submit: messages.Submit) -> Any:
                return await held.room.submit(held.seat("host"), host.id, submit)

            for submit in (sent[0], sent[2]):
                assert isinstance(await give(submit), Receipt)
            assert any("没有送达" in zh for zh, _ in held.room.live().health.trouble)
            assert isinstance(await give(sent[1]), Receipt)
            assert not held.room.live().health.trouble
            # somebody copied the key to another computer, whose outbox counts for itself
            copied = Device(held, host.key, host.enrolled)
            assert isinstance(await give(copied.sign(commands.ShowMessage(text="z"))), Receipt)
            assert any("两个程序" in zh for zh, _ in held.room.live().health.trouble)

    with caplog.at_level(logging.INFO):
        asyncio.run(scene())
