"""A session's secrets: made once, private, the same after a restart, and loud where they are damaged."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core.errors import BadInput
from judge_app.room.keys import LINK_MINUTES, RoomKeys
from judge_app.wire import signing


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    return tmp_path / "x.roadshow"


def beside(session_file: Path) -> Path:
    return session_file.with_name("x.roadshow.key")


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_only_their_owner_can_read_them(session_file: Path) -> None:
    RoomKeys.of(session_file)
    assert stat.S_IMODE(beside(session_file).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_a_copy_that_all_could_read_is_set_right_and_said(session_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    RoomKeys.of(session_file)
    beside(session_file).chmod(0o644)
    with caplog.at_level(logging.WARNING):
        RoomKeys.of(session_file)
    assert "could be read by others" in caplog.text
    assert stat.S_IMODE(beside(session_file).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_what_was_left_of_a_broken_off_write_lends_its_rights_to_nobody(session_file: Path) -> None:
    left = session_file.with_name("x.roadshow.key.new")
    left.write_bytes(b"half")
    left.chmod(0o666)
    RoomKeys.of(session_file)
    assert not left.exists()
    assert stat.S_IMODE(beside(session_file).stat().st_mode) == 0o600


def test_a_restarted_room_has_the_same_keys_tokens_and_secrets(session_file: Path) -> None:
    first, again = RoomKeys.of(session_file), RoomKeys.of(session_file)
    assert first.fingerprint == again.fingerprint
    assert signing.public_hex(first.signing) == signing.public_hex(again.signing)
    assert first.token("judge:E2", 0) == again.token("judge:E2", 0)
    assert first.device_secret("d") == again.device_secret("d")
    assert first.device_id("t", "k") == again.device_id("t", "k")


def test_another_session_has_others_throughout(session_file: Path, tmp_path: Path) -> None:
    one, two = RoomKeys.of(session_file), RoomKeys.of(tmp_path / "y.roadshow")
    assert one.fingerprint != two.fingerprint
    assert one.token("judge:E2", 0) != two.token("judge:E2", 0)
    assert one.device_secret("d") != two.device_secret("d")


def test_tokens_differ_by_seat_and_by_generation_and_fit_only_their_own(session_file: Path) -> None:
    keys = RoomKeys.of(session_file)
    tokens = {keys.token(seat, generation) for seat in ("host", "judge:E1", "judge:E2") for generation in range(5)}
    assert len(tokens) == 15
    assert keys.fits(keys.token("judge:E1", 1), "judge:E1", 1)
    assert not keys.fits(keys.token("judge:E1", 1), "judge:E1", 2)
    assert not keys.fits(keys.token("judge:E1", 1), "judge:E2", 1)
    assert not keys.fits("", "judge:E1", 1)
    assert not keys.fits("口令", "judge:E1", 1)


def test_a_devices_secret_is_its_own(session_file: Path) -> None:
    keys = RoomKeys.of(session_file)
    assert keys.knows("d", keys.device_secret("d"))
    for wrong in ("", keys.device_secret("e"), keys.device_secret("d")[:-1], "é", "\udc80", "口令"):
        assert not keys.knows("d", wrong)


@pytest.mark.parametrize("damage", ["", "{", "null", '{"secret":"AA=="}', "\x00" * 100])
def test_a_damaged_file_is_said_with_what_to_do_and_kept(session_file: Path, damage: str) -> None:
    RoomKeys.of(session_file)
    beside(session_file).write_bytes(damage.encode())
    with pytest.raises(BadInput) as caught:
        RoomKeys.of(session_file)
    assert "密钥文件已损坏" in caught.value.problems[0].zh
    assert "restore it from a copy" in caught.value.problems[0].en
    assert beside(session_file).read_bytes() == damage.encode()


def test_every_flipped_byte_of_the_file_is_noticed_or_harmless(session_file: Path) -> None:
    """A flip in the secrets makes other keys, which seats notice by the fingerprint; none brings the room down."""
    RoomKeys.of(session_file)
    good = beside(session_file).read_bytes()
    noticed = 0
    for at in range(0, len(good), 7):
        beside(session_file).write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        try:
            RoomKeys.of(session_file)
        except BadInput:
            noticed += 1
    assert noticed > 20


def test_the_server_offers_nothing_below_tls_1_3(session_file: Path) -> None:
    context = RoomKeys.of(session_file).ssl_context()
    assert context.minimum_version.name == "TLSv1_3"


def test_the_signing_key_is_an_ed25519_key(session_file: Path) -> None:
    assert isinstance(RoomKeys.of(session_file).signing, Ed25519PrivateKey)


def test_a_passing_token_is_good_for_ten_minutes_of_its_boot(session_file: Path) -> None:
    keys = RoomKeys.of(session_file)
    token = keys.passing_token("judge:E1", 1, "boot", 100)
    for minute in (100, 105, 100 + LINK_MINUTES):
        assert keys.fits_passing(token, "judge:E1", 1, "boot", minute)
    for minute in (99, 101 + LINK_MINUTES, 100_000):
        assert not keys.fits_passing(token, "judge:E1", 1, "boot", minute)
    assert not keys.fits_passing(token, "judge:E1", 1, "another boot", 100)
    assert not keys.fits_passing(token, "judge:E1", 2, "boot", 100)
    assert not keys.fits_passing(token, "judge:E2", 1, "boot", 100)
    assert not keys.fits_passing(keys.token("judge:E1", 1), "judge:E1", 1, "boot", 100)


def test_keys_that_were_handed_over_are_the_same_keys(session_file: Path, tmp_path: Path) -> None:
    keys = RoomKeys.of(session_file)
    copy = tmp_path / "spare.roadshow"
    RoomKeys.take_over(copy, keys.handed_over())
    assert RoomKeys.of(copy).fingerprint == keys.fingerprint
    assert RoomKeys.of(copy).device_secret("d") == keys.device_secret("d")
    with pytest.raises(BadInput):
        RoomKeys.take_over(copy, b"{}")
    assert RoomKeys.of(copy).fingerprint == keys.fingerprint
