"""Signatures: what was signed holds for exactly that, and for nothing with one character changed."""

from __future__ import annotations

import uuid

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from judge_app.wire import signing
from judge_app.wire.messages import EnrolRequest

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
SESSION, DEVICE = "5e" * 16, "0123456789abcdef"
ID = str(uuid.UUID(int=7))
FINGERPRINT = bytes(range(32))

SUBMIT = signing.sign_command(KEY, SESSION, DEVICE, ID, 4, '{"do":"OpenScoring"}')
RECEIPT = signing.sign_receipt(KEY, SESSION, ID, signing.digest(SUBMIT.data), 57, "ab" * 32, "2026-12-05T09:30:00.000Z")
ENROL = EnrolRequest(
    token="T" * 22,
    key=signing.public_hex(KEY),
    device_name="LENOVO-7",
    signature=signing.sign_enrolment(KEY, FINGERPRINT, "T" * 22),
)


def test_a_devices_command_is_genuine_for_its_session_and_device() -> None:
    assert signing.command_is_genuine(KEY.public_key(), SESSION, DEVICE, SUBMIT)


@pytest.mark.parametrize(
    ("session", "device", "changes"),
    [
        ("5f" * 16, DEVICE, {}),
        (SESSION, "0123456789abcdee", {}),
        (SESSION, DEVICE, {"command_id": str(uuid.UUID(int=8))}),
        (SESSION, DEVICE, {"counter": 5}),
        (SESSION, DEVICE, {"data": '{"do":"OpenScoring" }'}),
        (SESSION, DEVICE, {"signature": SUBMIT.signature[:-2] + "00"}),
        (SESSION, DEVICE, {"signature": ""}),
        (SESSION, DEVICE, {"signature": SUBMIT.signature * 2}),
        # a field's end is the field's end: nothing may move over it
        (SESSION + "0", DEVICE[1:], {}),
        (SESSION, DEVICE + "\0" + ID, {"command_id": ""}),
    ],
)
def test_a_command_with_anything_changed_is_not_genuine(session: str, device: str, changes: dict[str, object]) -> None:
    assert not signing.command_is_genuine(KEY.public_key(), session, device, msgspec.structs.replace(SUBMIT, **changes))


def test_another_devices_key_does_not_do() -> None:
    assert not signing.command_is_genuine(OTHER.public_key(), SESSION, DEVICE, SUBMIT)


def test_a_receipt_is_genuine_for_its_session() -> None:
    assert signing.receipt_is_genuine(KEY.public_key(), SESSION, RECEIPT)
    assert not signing.receipt_is_genuine(KEY.public_key(), "5f" * 16, RECEIPT)
    assert not signing.receipt_is_genuine(OTHER.public_key(), SESSION, RECEIPT)


@pytest.mark.parametrize(
    "changes",
    [
        {"command_id": str(uuid.UUID(int=8))},
        {"seq": 58},
        {"hash": "ab" * 31 + "ac"},
        {"digest": "00" * 32},
        {"at": "2026-12-05T09:30:00.001Z"},
        {"signature": "zz"},
        {"signature": "00" * 64},
    ],
)
def test_a_receipt_with_anything_changed_proves_nothing(changes: dict[str, object]) -> None:
    assert not signing.receipt_is_genuine(KEY.public_key(), SESSION, msgspec.structs.replace(RECEIPT, **changes))


def test_a_commands_signature_is_no_receipt_and_no_enrolment() -> None:
    receipt = msgspec.structs.replace(RECEIPT, signature=SUBMIT.signature)
    assert not signing.receipt_is_genuine(KEY.public_key(), SESSION, receipt)
    assert not signing.enrolment_is_genuine(msgspec.structs.replace(ENROL, signature=SUBMIT.signature), FINGERPRINT)


def test_only_who_holds_the_key_enrols_with_it() -> None:
    assert signing.enrolment_is_genuine(ENROL, FINGERPRINT)
    stolen = msgspec.structs.replace(ENROL, key=signing.public_hex(OTHER))
    assert not signing.enrolment_is_genuine(stolen, FINGERPRINT)
    assert not signing.enrolment_is_genuine(ENROL, bytes(32))  # shown to another room
    assert not signing.enrolment_is_genuine(msgspec.structs.replace(ENROL, token="U" * 22), FINGERPRINT)


@given(st.binary(max_size=64).map(bytes.hex), st.binary(max_size=80).map(bytes.hex))
def test_no_key_and_signature_of_random_bytes_enrol(key: str, signature: str) -> None:
    request = EnrolRequest(token="T" * 22, key=key, device_name="", signature=signature)
    assert not signing.enrolment_is_genuine(request, FINGERPRINT)
