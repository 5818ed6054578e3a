"""Joining by code: only who knows all eight digits and sees the room's own certificate gets the link."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core.errors import BadInput
from judge_app.wire import pairing
from judge_app.wire.messages import PairConfirm, Paired, PairReply, PairStart
from judge_app.wire.pairing import Mismatch, RoomSide, SeatSide

CODE = "37402915"
ROOM, MIDDLE = bytes(range(32)), bytes(32)


def test_who_knows_the_code_gets_the_link_with_the_fingerprint_that_he_saw() -> None:
    seat, room = SeatSide(CODE, ROOM), RoomSide(CODE, ROOM)
    confirm = seat.confirm(room.reply(seat.start(), "a"))
    assert room.fits(confirm)
    link = seat.finish(room.paired("judge:E2", "T" * 22), "192.168.1.5", 41234)
    assert (link.host, link.port, link.fingerprint, link.token) == ("192.168.1.5", 41234, ROOM, "T" * 22)


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("37402916", ROOM),
        ("37402951", ROOM),
        ("37000000", ROOM),
        (CODE, MIDDLE),  # somebody in the middle shows a certificate of his own and passes everything on
        (CODE, ROOM[:31] + b"\xff"),
    ],
)
def test_a_wrong_code_or_another_certificate_is_found_out_by_both_sides(code: str, seen: bytes) -> None:
    seat, room = SeatSide(code, seen), RoomSide(CODE, ROOM)
    confirm = seat.confirm(room.reply(seat.start(), "a"))
    assert not room.fits(confirm)
    with pytest.raises(Mismatch):
        seat.finish(room.paired("judge:E2", "T" * 22), "h", 1)


def test_the_token_and_the_seat_are_part_of_the_rooms_proof() -> None:
    seat, room = SeatSide(CODE, ROOM), RoomSide(CODE, ROOM)
    seat.confirm(room.reply(seat.start(), "a"))
    paired = room.paired("judge:E2", "T" * 22)
    for other in ({"token": "U" * 22}, {"seat": "judge:E3"}, {"proof": "00" * 32}, {"proof": ""}):
        with pytest.raises(Mismatch):
            seat.finish(msgspec.structs.replace(paired, **other), "h", 1)


def test_the_seats_own_proof_cannot_be_sent_back_as_the_rooms() -> None:
    seat, room = SeatSide(CODE, ROOM), RoomSide(CODE, ROOM)
    confirm = seat.confirm(room.reply(seat.start(), "a"))
    with pytest.raises(Mismatch):
        seat.finish(Paired(seat="judge:E2", token="T" * 22, proof=confirm.proof), "h", 1)


def test_nobody_can_send_our_own_message_back_at_us() -> None:
    seat, room = SeatSide(CODE, ROOM), RoomSide(CODE, ROOM)
    with pytest.raises(Mismatch):
        seat.confirm(PairReply(attempt="a", message=seat.start().message))
    with pytest.raises(Mismatch):
        room.reply(PairStart(nameplate="37", message=room.message), "a")


# Elements of small order, and what is no element at all: none of them makes a key.
SMALL = [
    "",
    "41",
    "42",
    "41" + "00" * 32,
    "42" + "00" * 32,
    "41" + "01" + "00" * 31,
    "42" + "01" + "00" * 31,
    "42" + "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "42" + "ff" * 32,
    "42" + "00" * 31,
    "42" + "00" * 33,
    "53" + "58" + "66" * 31,
]


@pytest.mark.parametrize("message", SMALL)
def test_what_is_no_element_of_the_group_is_a_mismatch(message: str) -> None:
    with pytest.raises(Mismatch):
        SeatSide(CODE, ROOM).confirm(PairReply(attempt="a", message=message))
    with pytest.raises(Mismatch):
        RoomSide(CODE, ROOM).reply(PairStart(nameplate="37", message=message), "a")


@settings(max_examples=30)
@given(st.binary(max_size=40))
def test_any_message_is_answered_or_a_mismatch(message: bytes) -> None:
    room = RoomSide(CODE, ROOM)
    try:
        room.reply(PairStart(nameplate="37", message=message.hex()), "a")
    except Mismatch:
        return
    assert not room.fits(PairConfirm(attempt="a", proof="00" * 32))


def test_codes_differ_in_their_first_two_digits() -> None:
    taken: set[str] = set()
    for _ in range(100):
        code = pairing.make_code(taken)
        assert len(code) == 8
        assert code.isdigit()
        assert pairing.nameplate(code) not in taken
        taken.add(pairing.nameplate(code))
    with pytest.raises(ValueError, match="nameplate"):
        pairing.make_code(taken)


@pytest.mark.parametrize(
    "text", ["37402915", "3740 2915", " 37-40-29-15\n", "３７４０２９１５", "3740—2915", "3740·2915"]
)
def test_a_code_is_read_however_it_is_spaced(text: str) -> None:
    assert pairing.read_code(text) == CODE
    assert pairing.read_code(pairing.spaced(CODE)) == CODE


@pytest.mark.parametrize("text", ["", "3740291", "374029155", "3740291a", "٣٧٤٠٢٩١٥", "37402915x"])
def test_what_is_no_code_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        pairing.read_code(text)


def test_address_and_code_are_read_as_people_type_them() -> None:
    for text in (
        "192.168.1.5:41234 3740 2915",
        " 192.168.1.5：41234　３７４０２９１５ ",
        "192.168.1.5:41234\n3740-2915",
    ):
        found = pairing.read_by_code(text)
        assert (found.host, found.port, found.code) == ("192.168.1.5", 41234, CODE)
    assert pairing.read_by_code("[fe80::1]:443 37402915").host == "fe80::1"


@pytest.mark.parametrize("text", ["", "37402915", "192.168.1.5:41234", "192.168.1.5 37402915", "192.168.1.5:1 3740"])
def test_an_address_or_a_code_alone_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        pairing.read_by_code(text)
