"""The 8-digit codes: one a seat, for one device, for ten minutes, for five guesses."""

from __future__ import annotations

import msgspec
import pytest

from judge_app.room.codes import CODE_NS, GUESSES, Codes
from judge_app.wire import pairing
from judge_app.wire.messages import Denied, PairConfirm, Paired, PairReply, PairStart

ROOM = bytes(range(32))
NOW = 10**12


class Desk:
    """A room's codes and what was said to be burnt."""

    def __init__(self) -> None:
        self.burnt: list[str] = []
        self.codes = Codes(ROOM, self.burnt.append)

    def guess(self, code: str, now: int = NOW) -> Paired | Denied:
        """One whole exchange with a code."""
        side = pairing.SeatSide(code, ROOM)
        reply = self.codes.start(side.start(), now)
        if isinstance(reply, Denied):
            return reply
        answer = self.codes.confirm(side.confirm(reply), now, lambda seat: f"token of {seat}")
        if isinstance(answer, Paired):
            side.finish(answer, "h", 1)
        return answer


def wrong(code: str, by: int = 1) -> str:
    return f"{code[:2]}{(int(code[2:]) + by) % 10**6:06d}"


def test_the_right_code_gives_the_seats_token_once() -> None:
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    paired = desk.guess(code)
    assert isinstance(paired, Paired)
    assert (paired.seat, paired.token) == ("judge:E2", "token of judge:E2")
    again = desk.guess(code)
    assert isinstance(again, Denied)
    assert again.code == "no_code"
    assert desk.codes.shown(NOW) == {}


def test_each_seat_has_its_own_and_a_new_one_voids_the_old() -> None:
    desk = Desk()
    old, other = desk.codes.make("judge:E2", NOW), desk.codes.make("judge:E3", NOW)
    new = desk.codes.make("judge:E2", NOW)
    assert desk.codes.shown(NOW) == {"judge:E2": pairing.spaced(new), "judge:E3": pairing.spaced(other)}
    assert isinstance(desk.guess(old), Denied)
    for code, seat in ((other, "judge:E3"), (new, "judge:E2")):
        paired = desk.guess(code)
        assert isinstance(paired, Paired)
        assert paired.seat == seat


def test_five_wrong_guesses_burn_it() -> None:
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    for by in range(1, GUESSES + 1):
        denied = desk.guess(wrong(code, by))
        assert isinstance(denied, Denied)
        assert denied.code == "wrong_code"
    assert desk.burnt == ["judge:E2"]
    assert isinstance(desk.guess(code), Denied)


def test_four_wrong_guesses_do_not() -> None:
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    for by in range(1, GUESSES):
        desk.guess(wrong(code, by))
    assert isinstance(desk.guess(code), Paired)
    assert desk.burnt == []


def test_an_exchange_that_is_begun_and_never_proved_is_a_guess_too() -> None:
    """Or else somebody could look at the room's answer, try the digits at home, and come back."""
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    for _ in range(GUESSES):
        assert isinstance(desk.codes.start(pairing.SeatSide(code, ROOM).start(), NOW), PairReply)
    denied = desk.codes.start(pairing.SeatSide(code, ROOM).start(), NOW)
    assert isinstance(denied, Denied)
    assert desk.burnt == ["judge:E2"]


def test_a_lost_reply_costs_no_guess() -> None:
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    side = pairing.SeatSide(code, ROOM)
    start = side.start()
    replies = [desk.codes.start(start, NOW) for _ in range(GUESSES * 3)]
    assert all(reply == replies[0] for reply in replies)
    assert isinstance(replies[0], PairReply)
    confirm = side.confirm(replies[0])
    first = desk.codes.confirm(confirm, NOW, lambda seat: "first token")
    again = desk.codes.confirm(confirm, NOW, lambda seat: "the next device's token")
    assert isinstance(first, Paired)
    assert again == first
    forged = desk.codes.confirm(msgspec.structs.replace(confirm, proof="00" * 32), NOW, lambda seat: "x")
    assert isinstance(forged, Denied)


def test_a_code_is_old_after_ten_minutes() -> None:
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    assert desk.codes.shown(NOW + CODE_NS - 1) != {}
    assert isinstance(desk.guess(code, NOW + CODE_NS), Denied)
    assert desk.codes.shown(NOW + CODE_NS) == {}
    assert desk.burnt == []


@pytest.mark.parametrize("message", ["", "00", "41" + "00" * 32, "42" + "ff" * 32])
def test_what_is_no_message_of_spake2_is_a_wrong_guess(message: str) -> None:
    desk = Desk()
    code = desk.codes.make("judge:E2", NOW)
    for _ in range(GUESSES):
        denied = desk.codes.start(PairStart(nameplate=code[:2], message=message), NOW)
        assert isinstance(denied, Denied)
        assert denied.code == "wrong_code"
    assert desk.burnt == ["judge:E2"]


def test_who_names_an_attempt_that_never_was_learns_nothing() -> None:
    desk = Desk()
    desk.codes.make("judge:E2", NOW)
    denied = desk.codes.confirm(PairConfirm(attempt="x", proof=""), NOW, lambda seat: "token")
    assert isinstance(denied, Denied)
    assert denied.code == "no_code"


def test_a_hundred_seats_may_wait_at_once_and_no_more() -> None:
    desk = Desk()
    codes = [desk.codes.make(f"judge:{number}", NOW) for number in range(100)]
    assert len({code[:2] for code in codes}) == 100
    with pytest.raises(ValueError, match="nameplate"):
        desk.codes.make("judge:100", NOW)
    desk.codes.make("judge:101", NOW + CODE_NS)
