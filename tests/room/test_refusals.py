"""What the room says no with: both languages, the command that is meant, and whether trying again helps."""

from __future__ import annotations

from collections.abc import Callable

from judge_app.core.errors import Refused
from judge_app.room import refusals
from judge_app.wire.messages import Denied, Refusal

DENIED = [one for one in vars(refusals).values() if isinstance(one, Denied)]
OF_A_COMMAND: list[Callable[[str], Refusal]] = [
    refusals.bad_signature,
    refusals.bad_id,
    refusals.id_reused,
    refusals.photo_missing,
    refusals.not_admitted,
    refusals.superseded,
    refusals.failed,
    refusals.store_trouble,
    lambda command_id: refusals.malformed(command_id, ValueError("no JSON")),
]


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_each_is_said_in_both_languages() -> None:
    for one in (*DENIED, *(make("c") for make in OF_A_COMMAND)):
        assert one.code
        assert _is_chinese(one.zh), one
        assert one.en, one
        assert not _is_chinese(one.en), one
    assert len({one.code for one in DENIED}) == len(DENIED) > 10


def test_a_device_tries_again_only_where_that_can_help() -> None:
    assert {one.code for one in DENIED if not one.final} == {"superseded", "store_trouble", "malformed", "slow_down"}


def test_a_command_is_sent_again_only_where_the_same_bytes_may_be_taken_later() -> None:
    made = [make("c") for make in OF_A_COMMAND]
    assert {one.command_id for one in made} == {"c"}
    assert {one.code for one in made if one.again} == {"superseded", "failed", "store_trouble"}


def test_what_the_rules_refuse_keeps_their_words() -> None:
    for again in (False, True):
        told = refusals.by_the_rules("c", Refused("paused", "已暂停", "paused"), again=again)
        assert told == Refusal(command_id="c", code="paused", zh="已暂停", en="paused", again=again)
