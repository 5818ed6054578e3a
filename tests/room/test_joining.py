"""Joining by link, card and code: one device a link, what a token is worth when, and who needs nobody to be let in."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core import commands
from judge_app.core.views import JudgeView
from judge_app.room import joining
from judge_app.room.codes import GUESSES
from judge_app.room.joining import MAX_DEVICES
from judge_app.wire import messages, pairing, signing
from judge_app.wire.messages import Receipt, Refusal
from tests.room.halls import Sink, enrolment, give, hall, host_view, play


def test_a_link_is_for_one_device_and_the_same_device_may_ask_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            token = held.room.joining.link_token("judge:E2")
            key = Ed25519PrivateKey.generate()
            first = await held.room.enrol(enrolment(held, token, key))
            again = await held.room.enrol(enrolment(held, token, key))
            assert first == again
            assert isinstance(first, messages.Enrolled)
            assert (first.seat, first.admitted) == ("judge:E2", False)
            other = await held.room.enrol(enrolment(held, token, Ed25519PrivateKey.generate()))
            assert isinstance(other, messages.Denied)
            assert other.code == "bad_token"
            assert held.room.joining.link_token("judge:E2") != token

    play(scene)


def test_who_has_seen_the_link_and_the_public_key_still_gets_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            token = held.room.joining.link_token("judge:E2")
            key = Ed25519PrivateKey.generate()
            genuine = enrolment(held, token, key)
            await held.room.enrol(genuine)
            thief = Ed25519PrivateKey.generate()
            forged = msgspec.structs.replace(
                genuine, signature=signing.sign_enrolment(thief, held.room.keys.fingerprint, token)
            )
            denied = await held.room.enrol(forged)
            assert isinstance(denied, messages.Denied)
            assert denied.code == "bad_signature"

    play(scene)


def test_another_version_of_the_program_is_told_so(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            request = enrolment(held, held.room.joining.link_token("judge:E2"), Ed25519PrivateKey.generate())
            denied = await held.room.enrol(msgspec.structs.replace(request, protocol=messages.PROTOCOL + 1))
            assert isinstance(denied, messages.Denied)
            assert denied.code == "protocol"

    play(scene)


def test_a_laptop_is_replaced_and_the_old_one_is_out(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            old = await held.seated("judge:E2")
            await held.begin()
            receipt = await give(held, "judge:E2", old, held.sheet("E2"))
            assert isinstance(receipt, Receipt)
            old_sink = Sink(held.seat("judge:E2"), old.id)
            held.room.showing.join(old_sink, "old")
            new = await held.seated("judge:E2")
            assert (await old_sink.until_dropped()).code == "revoked"
            new_sink = Sink(held.seat("judge:E2"), new.id)
            held.room.showing.join(new_sink, "new")
            view = new_sink.shown[-1].view
            assert isinstance(view, JudgeView)
            assert view.sheets["1"].seq == receipt.seq  # his own earlier receipt is there
            refused = await give(held, "judge:E2", old, commands.AskReturn(entry_no="1", reason="试"))
            assert isinstance(refused, Refusal)
            assert refused.code == "not_admitted"
            assert isinstance(await give(held, "judge:E2", new, commands.AskReturn(entry_no="1", reason="试")), Receipt)

    play(scene)


def test_a_device_that_was_revoked_does_not_come_back_by_its_old_link(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            token = held.room.joining.link_token("judge:E2")
            key = Ed25519PrivateKey.generate()
            device = await held.enrol("judge:E2", key)
            await held.order(commands.RevokeDevice(seat="judge:E2", device=device.id, reason="丢失"))
            denied = await held.room.enrol(enrolment(held, token, key))
            assert isinstance(denied, messages.Denied)
            assert denied.code == "revoked"

    play(scene)


def test_viewers_share_one_link_and_named_seats_have_an_end(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            token = held.room.joining.link_token("viewer")
            devices = [await held.enrol("viewer") for _ in range(3)]
            assert held.room.joining.link_token("viewer") == token
            assert len({device.id for device in devices}) == 3
            for device in devices:
                found = held.room.joining.device_state(device.id)
                assert found is not None
                assert found[1].admitted
            for _ in range(MAX_DEVICES):
                await held.enrol("judge:E2")
            denied = await held.room.enrol(
                enrolment(held, held.room.joining.link_token("judge:E2"), Ed25519PrivateKey.generate())
            )
            assert isinstance(denied, messages.Denied)
            assert denied.code == "too_many"

    play(scene)


def test_a_window_of_the_hosts_own_computer_needs_nobody_to_let_it_in(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            for local in (False, True):
                request = enrolment(held, held.room.joining.link_token("stage"), Ed25519PrivateKey.generate())
                answer = await held.room.enrol(request, local=local)
                assert isinstance(answer, messages.Enrolled)
                assert answer.admitted is local

    play(scene)


def test_a_spare_is_let_in_by_the_host_alone(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            assert (await held.enrol("stage")).enrolled.admitted
            assert not (await held.enrol("spare")).enrolled.admitted
            key = Ed25519PrivateKey.generate()
            local = await held.room.enrol(enrolment(held, held.room.joining.link_token("spare"), key), local=True)
            assert isinstance(local, messages.Enrolled)
            assert not local.admitted

    play(scene)


def test_a_shown_link_passes_and_a_seat_card_stays_until_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            room = held.room
            now = joining.real_ns()
            shown, card = room.joining.passing_token("judge:E2"), room.joining.link_token("judge:E2")
            assert shown != card
            assert room.joining.passing_token("viewer") == room.joining.link_token("viewer")  # the public's stays
            assert room.joining.reached(messages.ReachRequest(token=shown)).token is messages.TokenState.FREE
            monkeypatch.setattr(joining, "real_ns", lambda: now + 12 * joining.MINUTE_NS)
            assert room.joining.reached(messages.ReachRequest(token=shown)).token is messages.TokenState.UNKNOWN
            late = await room.enrol(enrolment(held, shown, Ed25519PrivateKey.generate()))
            assert isinstance(late, messages.Denied)
            assert "10 分钟" in late.zh
            fresh = room.joining.passing_token("judge:E2")
            assert fresh != shown
            assert isinstance(await room.enrol(enrolment(held, fresh, Ed25519PrivateKey.generate())), messages.Enrolled)
            # the link is used, and with it the card: the next ones are others
            assert room.joining.reached(messages.ReachRequest(token=fresh)).token is messages.TokenState.USED
            assert room.joining.reached(messages.ReachRequest(token=card)).token is messages.TokenState.USED
            other = room.joining.link_token("judge:E3")
            monkeypatch.setattr(joining, "real_ns", lambda: now + 600 * joining.MINUTE_NS)
            assert isinstance(await room.enrol(enrolment(held, other, Ed25519PrivateKey.generate())), messages.Enrolled)

    play(scene)


def test_the_host_sees_a_code_and_who_types_it_gets_the_seats_link(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            held.room.joining.make_code("judge:E2")
            codes = {link.seat: link.join_code for link in host_view(held).join_links if link.join_code}
            assert codes.keys() == {"judge:E2"}
            code = pairing.read_code(codes["judge:E2"])
            side = pairing.SeatSide(code, held.room.keys.fingerprint)
            reply = held.room.joining.pair(side.start())
            assert isinstance(reply, messages.PairReply)
            paired = held.room.joining.pair(side.confirm(reply))
            assert isinstance(paired, messages.Paired)
            link = side.finish(paired, "127.0.0.1", held.port)
            assert link == held.link("judge:E2")
            assert not any(link.join_code for link in host_view(held).join_links)

    play(scene)


def test_nobody_gets_a_code_for_the_hosts_seat_or_for_none(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            for seat in ("host", "judge:E77", ""):
                held.room.joining.make_code(seat)
            assert not any(link.join_code for link in host_view(held).join_links)

    play(scene)


def test_a_code_that_was_guessed_at_five_times_is_burnt_and_the_host_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            held.room.joining.make_code("judge:E2")
            code = next(link.join_code for link in host_view(held).join_links if link.join_code)
            code = pairing.read_code(code)
            wrong = f"{code[:2]}{(int(code[2:]) + 1) % 10**6:06d}"
            for _ in range(GUESSES):
                side = pairing.SeatSide(wrong, held.room.keys.fingerprint)
                reply = held.room.joining.pair(side.start())
                assert isinstance(reply, messages.PairReply)
                denied = held.room.joining.pair(side.confirm(reply))
                assert isinstance(denied, messages.Denied)
                assert denied.code == "wrong_code"
            side = pairing.SeatSide(code, held.room.keys.fingerprint)
            denied = held.room.joining.pair(side.start())
            assert isinstance(denied, messages.Denied)
            assert denied.code == "no_code"
            assert any("加入码" in zh for zh, _ in held.room.live().health.trouble)

    with caplog.at_level(logging.WARNING):
        play(scene)
    assert "guessed at" in caplog.text
