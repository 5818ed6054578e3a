"""Signatures on commands and receipts (Ed25519), and the digest that a receipt proves."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from judge_app.wire.messages import EnrolRequest, Receipt, Submit


def digest(data: str) -> str:
    """SHA-256 of a command's bytes, hex."""
    return hashlib.sha256(data.encode()).hexdigest()


def _command_bytes(session_id: str, device: str, command_id: str, counter: int, data: str) -> bytes:
    return "\0".join(("rsj-cmd-v1", session_id, device, command_id, str(counter), digest(data))).encode()


def _receipt_bytes(session_id: str, command_id: str, digest_: str, seq: int, hash_: str, at: str) -> bytes:
    return "\0".join(("rsj-rcp-v1", session_id, command_id, digest_, str(seq), hash_, at)).encode()


def _enrolment_bytes(fingerprint: bytes, token: str, key: str) -> bytes:
    return "\0".join(("rsj-enr-v1", fingerprint.hex(), token, key)).encode()


def sign_enrolment(key: Ed25519PrivateKey, fingerprint: bytes, token: str) -> str:
    """A device's proof that it holds its key, for the room of that certificate and this token alone."""
    return key.sign(_enrolment_bytes(fingerprint, token, public_hex(key))).hex()


def enrolment_is_genuine(request: EnrolRequest, fingerprint: bytes) -> bool:
    """Whether the enrolment comes from who holds the key that it names."""
    try:
        key = read_public(request.key)
    except ValueError:
        return False
    return _verifies(key, request.signature, _enrolment_bytes(fingerprint, request.token, request.key))


def sign_command(
    key: Ed25519PrivateKey, session_id: str, device: str, command_id: str, counter: int, data: str
) -> Submit:
    """The command's JSON ``data`` as a device sends it."""
    signature = key.sign(_command_bytes(session_id, device, command_id, counter, data)).hex()
    return Submit(command_id=command_id, counter=counter, data=data, signature=signature)


def command_is_genuine(key: Ed25519PublicKey, session_id: str, device: str, message: Submit) -> bool:
    """Whether the device of that key signed exactly this command for this session."""
    signed = _command_bytes(session_id, device, message.command_id, message.counter, message.data)
    return _verifies(key, message.signature, signed)


def sign_receipt(
    key: Ed25519PrivateKey, session_id: str, command_id: str, digest_: str, seq: int, hash_: str, at: str
) -> Receipt:
    """The room's receipt."""
    signature = key.sign(_receipt_bytes(session_id, command_id, digest_, seq, hash_, at)).hex()
    return Receipt(command_id=command_id, seq=seq, hash=hash_, digest=digest_, at=at, signature=signature)


def receipt_is_genuine(key: Ed25519PublicKey, session_id: str, receipt: Receipt) -> bool:
    """Whether the room of that key gave this receipt."""
    signed = _receipt_bytes(session_id, receipt.command_id, receipt.digest, receipt.seq, receipt.hash, receipt.at)
    return _verifies(key, receipt.signature, signed)


def _epoch_bytes(session_id: str, epoch: int) -> bytes:
    return "\0".join(("rsj-epo-v1", session_id, str(epoch))).encode()


def sign_epoch(key: Ed25519PrivateKey, session_id: str, epoch: int) -> str:
    """The room's word that the session has come to this epoch."""
    return key.sign(_epoch_bytes(session_id, epoch)).hex()


def epoch_is_genuine(key: Ed25519PublicKey, session_id: str, epoch: int, proof: str) -> bool:
    """Whether a room of that key has been in this epoch."""
    return _verifies(key, proof, _epoch_bytes(session_id, epoch))


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half as 64 hex digits."""
    return key.public_key().public_bytes_raw().hex()


def read_public(text: str) -> Ed25519PublicKey:
    """A public key from hex; raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def _verifies(key: Ed25519PublicKey, signature: str, signed: bytes) -> bool:
    try:
        key.verify(bytes.fromhex(signature), signed)
    except (InvalidSignature, ValueError):
        return False
    return True
