"""What a session keeps secret, in one file beside the session file that only its owner can read.

The TLS key and certificate, the key that signs receipts, and the secret that tokens and device secrets are derived
from: so a restarted room knows every seat again, and a seat card printed the day before still holds.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
import os
import ssl
import tempfile
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from judge_app.core.errors import BadInput, Problem

log = logging.getLogger(__name__)

LINK_MINUTES = 10
"""How long a join link from the host's desk is good for; a seat card's is until a device has enrolled with it."""


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    secret: bytes
    signing_key: bytes
    tls_key: str
    tls_certificate: str


class RoomKeys:
    """The keys of one session; made once, by the first room that opens it."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored
        self._secret = stored.secret
        self._tls_key = stored.tls_key
        self._tls_certificate = stored.tls_certificate
        self.signing = Ed25519PrivateKey.from_private_bytes(stored.signing_key)
        certificate = x509.load_pem_x509_certificate(stored.tls_certificate.encode())
        self.fingerprint = certificate.fingerprint(hashes.SHA256())
        """SHA-256 of the certificate, as the join link carries it."""

    @classmethod
    def of(cls, session_file: Path) -> RoomKeys:
        """The keys beside a session file, made where there are none yet; raises BadInput where they are damaged."""
        path = session_file.with_name(session_file.name + ".key")
        if path.exists():
            _keep_private(path)
            try:
                return cls(msgspec.json.decode(path.read_bytes(), type=_Stored))
            except (msgspec.DecodeError, ValueError, x509.InvalidVersion) as error:
                raise BadInput(
                    Problem(
                        str(path),
                        "密钥文件已损坏；请从备份恢复，或移走它后重新发放加入链接",
                        "the key file is damaged: restore it from a copy, or move it away and hand out new links",
                    )
                ) from error
        stored = _make()
        write_private(path, msgspec.json.encode(stored))
        return cls(stored)

    def handed_over(self) -> bytes:
        """The whole key file, for a spare that the host has let in."""
        return msgspec.json.encode(self._stored)

    @staticmethod
    def take_over(session_file: Path, handed: bytes) -> None:
        """Keep the keys that a room has handed over beside the spare's copy of its session; raises BadInput, OSError."""
        try:
            RoomKeys(msgspec.json.decode(handed, type=_Stored))
        except (msgspec.DecodeError, ValueError) as error:
            raise BadInput(Problem(str(session_file), "收到的密钥有误", "what was handed over is no key")) from error
        path = session_file.with_name(session_file.name + ".key")
        if not path.exists() or path.read_bytes() != handed:
            write_private(path, handed)

    def token(self, seat: str, generation: int) -> str:
        """The one-time token of a seat: 128 bits. A new generation begins when a device has enrolled with the last."""
        return _b64(self._derive(f"token\0{seat}\0{generation}")[:16])

    def passing_token(self, seat: str, generation: int, boot_id: str, minute: int) -> str:
        """The token of a link that is shown in that minute of this boot, and is good for ``LINK_MINUTES`` from then on."""
        return _b64(self._derive(f"passing\0{seat}\0{generation}\0{boot_id}\0{minute}")[:16])

    def fits(self, token: str, seat: str, generation: int) -> bool:
        """Whether that is the seat's token of this generation, in a time that does not tell how much of it is right."""
        return hmac.compare_digest(self.token(seat, generation).encode(), token.encode())

    def fits_passing(self, token: str, seat: str, generation: int, boot_id: str, minute: int) -> bool:
        """Whether that is a token that was shown for the seat within the last ``LINK_MINUTES``."""
        given, fit = token.encode(), False
        for at in range(minute - LINK_MINUTES, minute + 1):  # to the end, so that the time tells nothing
            fit |= hmac.compare_digest(self.passing_token(seat, generation, boot_id, at).encode(), given)
        return fit

    def device_secret(self, device: str) -> str:
        """The 256-bit secret by which an enrolled device is known again."""
        return self._derive(f"device\0{device}").hex()

    def knows(self, device: str, secret: str) -> bool:
        """Whether that is the device's secret."""
        return hmac.compare_digest(self.device_secret(device).encode(), secret.encode(errors="replace"))

    def device_id(self, token: str, key: str) -> str:
        """A device's id: the same for the same token and key, so that a repeated enrolment changes nothing."""
        return self._derive(f"id\0{token}\0{key}")[:8].hex()

    def _derive(self, label: str) -> bytes:
        return hmac.new(self._secret, label.encode(), hashlib.sha256).digest()

    def ssl_context(self) -> ssl.SSLContext:
        """TLS 1.3 with this session's certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        with tempfile.TemporaryDirectory(prefix="judge-app-") as folder:
            pem = Path(folder) / "room.pem"  # the ssl module reads chains from files only
            write_private(pem, (self._tls_key + self._tls_certificate).encode())
            context.load_cert_chain(pem)
        return context


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _keep_private(path: Path) -> None:
    """A copy from another disk may come with wider rights: nobody but the owner reads keys."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        log.warning("%s could be read by others: its rights are set right", path.name)
        path.chmod(0o600)


def write_private(path: Path, data: bytes) -> None:
    """A small file that is whole or not there, for its owner's eyes alone; raises OSError."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _make() -> _Stored:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "judge-app room")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))  # judges' laptops may run behind
        .not_valid_after(now + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return _Stored(
        secret=os.urandom(32),
        signing_key=Ed25519PrivateKey.generate().private_bytes_raw(),
        tls_key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        tls_certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )
