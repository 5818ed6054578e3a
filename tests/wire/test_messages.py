"""Every message's bytes: whatever is written is read back, and whatever else comes is said to be no message."""

from __future__ import annotations

import contextlib
import json
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core import views
from judge_app.core.seats import Seat
from judge_app.core.session import seats
from judge_app.wire import messages
from judge_app.wire.messages import Malformed
from tests.core.simulation import Sitting

FROM_SEAT: tuple[Any, ...] = typing.get_args(messages.FromSeat)
FROM_ROOM: tuple[Any, ...] = typing.get_args(messages.FromRoom)
READERS = (messages.read_from_seat, messages.read_from_room, messages.read_command, messages.protocol_of)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
hexes = st.binary(max_size=64).map(bytes.hex)
nanoseconds = st.integers(-(2**63), 2**63 - 1)


def every(kind: Any) -> st.SearchStrategy[Any]:
    """Any message of that kind, with values from the whole of what its fields allow."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in ("signature", "key", "message", "proof", "machine"):
            fields[field.name] = hexes
        elif field.type is bytes:
            fields[field.name] = st.binary(max_size=100)
        elif field.name == "digest" and kind is messages.KeepPhoto:
            fields[field.name] = st.from_regex(r"\A[0-9a-f]{64}\Z")
        elif field.name == "records":
            line = st.builds(messages.Line, data=texts, prev_hash=texts, hash=texts)
            fields[field.name] = st.lists(line, max_size=3).map(tuple)
        elif field.name == "hash" and kind is messages.Follow:
            fields[field.name] = hexes
        elif kind in (messages.Follow, messages.Followed) or (field.name == "epoch" and kind is messages.Hello):
            fields[field.name] = st.integers(0, 2**31 - 1)
        elif field.name == "nameplate":
            fields[field.name] = st.from_regex(r"\A[0-9]{2}\Z")
        elif field.name == "troubles":
            fields[field.name] = st.lists(st.tuples(texts, texts), max_size=6).map(tuple)
        elif field.name in ("filled", "lines", "slides"):
            fields[field.name] = st.integers(0, 1000)
        elif field.name == "counter":
            fields[field.name] = st.integers(0, 2**53 - 1)
        elif field.name in ("briefing", "clock", "view"):
            return st.nothing()
        elif field.type is bool:
            fields[field.name] = st.booleans()
        elif field.type in (messages.TokenState, messages.DeviceState):
            fields[field.name] = st.sampled_from(field.type)
        elif field.name in ("seq", "sent_ns", "room_real_ns", "protocol", "epoch"):
            fields[field.name] = nanoseconds
        else:
            fields[field.name] = texts
    return st.builds(kind, **fields)


@given(st.one_of(*map(every, FROM_SEAT)))
def test_what_a_seat_says_is_heard_as_it_was_said(message: Any) -> None:
    assert messages.read_from_seat(messages.encode(message)) == message
    assert messages.read_from_seat(messages.encode(message).decode()) == message


@given(st.one_of(*map(every, FROM_ROOM)))
def test_what_a_room_says_is_heard_as_it_was_said(message: Any) -> None:
    assert messages.read_from_room(messages.encode(message)) == message


@pytest.mark.parametrize(
    "kind", [messages.EnrolRequest, messages.PairStart, messages.PairConfirm, messages.ReachRequest]
)
@given(data=st.data())
def test_a_request_is_read_as_what_it_is_and_as_nothing_else(kind: Any, data: st.DataObject) -> None:
    message = data.draw(every(kind))
    assert messages.read_request(messages.encode(message), kind) == message
    for other in (messages.EnrolRequest, messages.PairStart, messages.PairConfirm, messages.ReachRequest):
        if other is not kind:
            with pytest.raises(Malformed):
                messages.read_request(messages.encode(message), other)


def test_an_answer_is_what_was_asked_for_or_a_denial() -> None:
    denied = messages.Denied(code="x", zh="甲", en="a")
    reached = messages.Reached(token=messages.TokenState.FREE)
    assert messages.read_answer(messages.encode(denied), messages.Enrolled) == denied
    assert messages.read_answer(messages.encode(reached), messages.Reached) == reached
    with pytest.raises(Malformed):
        messages.read_answer(messages.encode(reached), messages.Enrolled)


def a_seats_welcome_and_view(seat: Seat) -> list[Any]:
    sitting = Sitting()
    clock = messages.RoomClock(real_ns=5, shown_ns=7, rate=40)
    welcome = messages.Welcome(briefing=views.briefing(sitting.state, seat), clock=clock, room_key="00", epoch=1)
    return [welcome, messages.View(seq=3, view=views.view(sitting.state, seat))]


@pytest.mark.parametrize("seat", seats(Sitting().setup), ids=lambda seat: seat.id)
def test_every_seats_welcome_and_view_go_over_the_wire_as_they_are(seat: Seat) -> None:
    for message in a_seats_welcome_and_view(seat):
        assert messages.read_from_room(messages.encode(message)) == message


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_are_a_message_or_malformed(data: bytes | str) -> None:
    for read in READERS:
        with contextlib.suppress(Malformed):
            read(data)  # type: ignore[arg-type]


@given(st.one_of(*map(every, FROM_SEAT)), st.data())
def test_a_message_with_any_byte_changed_is_a_message_or_malformed(message: Any, data: st.DataObject) -> None:
    body = bytearray(messages.encode(message))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255))
    try:
        heard = messages.read_from_seat(bytes(body))
    except Malformed:
        return
    assert messages.read_from_seat(messages.encode(heard)) == heard


@given(st.one_of(*map(every, FROM_SEAT)), st.data())
def test_a_message_cut_off_anywhere_is_malformed(message: Any, data: st.DataObject) -> None:
    body = messages.encode(message)
    with pytest.raises(Malformed):
        messages.read_from_seat(body[: data.draw(st.integers(0, len(body) - 1))])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@given(st.one_of(*map(every, FROM_SEAT)), st.data())
def test_a_message_with_a_strange_value_or_field_is_a_message_or_malformed(message: Any, data: st.DataObject) -> None:
    fields = json.loads(messages.encode(message))
    name = data.draw(st.sampled_from([*fields, "extra"]))
    fields[name] = data.draw(json_values)
    try:
        heard = messages.read_from_seat(json.dumps(fields))
    except Malformed:
        return
    assert name != "extra"
    messages.encode(heard)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"Shout"}',
        '{"type":"Ping"}',
        '{"type":"Ping","sent_ns":1,"more":2}',
        '{"type":"Ping","sent_ns":9223372036854775808}',
        '{"type":"Ping","sent_ns":1' + "0" * 5000 + "}",
        '{"type":"Ping","sent_ns":1e309}',
        '{"type":"Ping","sent_ns":NaN}',
        '{"type":"Ping","sent_ns":true}',
        '{"type":"Ping","sent_ns":"8"}',
        '{"type":"Ping","sent_ns":1} {"type":"Ping","sent_ns":2}',
        "\ufeff" + '{"type":"Ping","sent_ns":1}',
        '{"type":"Hello","device":"\\ud800","secret":""}',
        '{"type":"Hello","device":"\ud800","secret":""}',
        '{"type":"Hello","device":"' + "x" * 201 + '","secret":""}',
        '{"type":"Submit","command_id":"a","counter":-1,"data":"","signature":""}',
        '{"type":"Submit","command_id":"a","counter":1,"data":"","signature":"xyz"}',
        '{"type":"Progress","entry_no":"1","filled":-1,"lines":3}',
        '{"type":"Enrolled","seat":"host","device":"","secret":"","admitted":true}',
        '{"type":"Welcome"}',
        "[" * 200_000,
        '{"type":' * 50_000,
    ],
    ids=lambda text: text[:40].encode("ascii", "backslashreplace").decode(),
)
def test_what_is_no_message_of_a_seat_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        messages.read_from_seat(text)


def test_another_version_is_known_by_its_number_whatever_else_it_says() -> None:
    assert messages.protocol_of('{"type":"Greet","who":[1,2],"protocol":77}') == 77
    assert messages.protocol_of('{"type":"Hello"}') == messages.PROTOCOL
    assert messages.protocol_of("no message at all") == messages.PROTOCOL
    assert messages.protocol_of('{"protocol":"x"}') == messages.PROTOCOL


@given(st.integers(1, 2000), nanoseconds, nanoseconds, st.integers(0, 10**13))
def test_the_rooms_clock_maps_there_and_back_and_is_never_early(rate: int, real: int, shown: int, wait: int) -> None:
    clock = messages.RoomClock(real_ns=real, shown_ns=shown, rate=rate)
    due = shown + wait
    at = clock.real(due)
    assert clock.shown(at) >= due
    assert clock.shown(at - 1) < due
