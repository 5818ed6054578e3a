"""Joining by an 8-digit code, without a camera: SPAKE2 with key confirmation, sans-I/O.

The first two digits say which code is meant (several seats may be waited for), the other six are the secret. Both sides
mix in the fingerprint of the room's certificate as each of them sees it: somebody in the middle shows another one, and
then neither side's confirmation fits. The seat confirms first, so that a guess is known to the room as a guess. What the
seat gets is the seat's ordinary join link; the host still has to let the device in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from spake2 import SPAKE2_A, SPAKE2_B, SPAKEError  # type: ignore[import-untyped]  # it has no types
from spake2.ed25519_basic import NotOnCurve  # type: ignore[import-untyped]

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.wire.link import JoinLink, read_address
from judge_app.wire.messages import PairConfirm, Paired, PairReply, PairStart

DIGITS = 8
NAMEPLATE = 2


class Mismatch(ValueError):
    """The other side does not know the code, is not the one it seems to be, or sent no message of SPAKE2."""


class ByCode(Struct, frozen=True):
    """What a person without a link types: the room's address and the code that the host reads out."""

    host: str
    port: int
    code: str


def make_code(taken: set[str]) -> str:
    """A fresh code whose first two digits are not among ``taken``; raises ValueError where all are."""
    free = [plate for plate in (f"{number:0{NAMEPLATE}d}" for number in range(10**NAMEPLATE)) if plate not in taken]
    if not free:
        raise ValueError("no free nameplate is left")
    secret = secrets.randbelow(10 ** (DIGITS - NAMEPLATE))
    return f"{secrets.choice(free)}{secret:0{DIGITS - NAMEPLATE}d}"


def nameplate(code: str) -> str:
    """The part of a code that says which one it is; no secret."""
    return code[:NAMEPLATE]


def spaced(code: str) -> str:
    """The code as it is shown and read out: ``3740 2915``."""
    return f"{code[:4]} {code[4:]}"


def read_code(text: str) -> str:
    """The code in what somebody typed (spaces, dashes and full-width digits are fine); raises BadInput."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in "-_.·—–")
    if len(plain) != DIGITS or not (plain.isascii() and plain.isdigit()):
        raise BadInput(
            Problem("加入码 / join code", f"加入码是 {DIGITS} 位数字", f"a join code is {DIGITS} digits"),
        )
    return plain


def read_by_code(text: str) -> ByCode:
    """``host:port code`` as people type it; raises BadInput."""
    parts = unicodedata.normalize("NFKC", text).strip().split(None, 1)
    if len(parts) != 2:
        raise BadInput(
            Problem(
                "加入码 / join code",
                "请输入“地址:端口 加入码”，例如 192.168.1.5:41234 3740 2915",
                "type host:port and the code, such as 192.168.1.5:41234 3740 2915",
            )
        )
    host, port = read_address(parts[0])
    return ByCode(host=host, port=port, code=read_code(parts[1]))


class _Side:
    def __init__(self, code: str, fingerprint: bytes, kind: type[SPAKE2_A] | type[SPAKE2_B]) -> None:
        self._fingerprint = fingerprint
        self._spake = kind(
            b"rsj-pair-v1\0" + code.encode(),
            idA=b"judge-app seat\0" + fingerprint,
            idB=b"judge-app room\0" + fingerprint,
        )
        self._own: bytes = self._spake.start()
        self._key = b""
        self._transcript = b""

    @property
    def message(self) -> str:
        """Ours, as hex."""
        return self._own.hex()

    def _hear(self, message: str, *, own_first: bool) -> None:
        try:
            other = bytes.fromhex(message)
            self._key = self._spake.finish(other)
        except (SPAKEError, NotOnCurve, ValueError, AssertionError) as error:
            raise Mismatch("no message of SPAKE2") from error
        both = (self._own, other) if own_first else (other, self._own)
        self._transcript = hashlib.sha256(b"".join(len(m).to_bytes(2, "big") + m for m in both)).digest()

    def _proof(self, label: str, *said: str) -> str:
        text = b"\0".join([label.encode(), self._fingerprint.hex().encode(), *(part.encode() for part in said)])
        return hmac.new(self._key, self._transcript + text, hashlib.sha256).hexdigest()


class SeatSide(_Side):
    """The device that was told a code, towards whatever shows this certificate."""

    def __init__(self, code: str, fingerprint: bytes) -> None:
        super().__init__(code, fingerprint, SPAKE2_A)
        self._plate = nameplate(code)

    def start(self) -> PairStart:
        """The first message."""
        return PairStart(nameplate=self._plate, message=self.message)

    def confirm(self, reply: PairReply) -> PairConfirm:
        """The seat's proof; raises Mismatch."""
        self._hear(reply.message, own_first=True)
        return PairConfirm(attempt=reply.attempt, proof=self._proof("seat"))

    def finish(self, paired: Paired, host: str, port: int) -> JoinLink:
        """The join link, if the room knows the code, too; raises Mismatch."""
        if not hmac.compare_digest(self._proof("room", paired.seat, paired.token), paired.proof):
            raise Mismatch("the room's proof does not fit")
        return JoinLink(host=host, port=port, fingerprint=self._fingerprint, token=paired.token)


class RoomSide(_Side):
    """One guess at a code, as the room sees it."""

    def __init__(self, code: str, fingerprint: bytes) -> None:
        super().__init__(code, fingerprint, SPAKE2_B)

    def reply(self, start: PairStart, attempt: str) -> PairReply:
        """The answer to a first message; raises Mismatch."""
        self._hear(start.message, own_first=False)
        return PairReply(attempt=attempt, message=self.message)

    def fits(self, confirm: PairConfirm) -> bool:
        """Whether the device knows the code and sees our certificate."""
        return hmac.compare_digest(self._proof("seat"), confirm.proof)

    def paired(self, seat: str, token: str) -> Paired:
        """The seat's token, with our proof. Only after ``fits``."""
        return Paired(seat=seat, token=token, proof=self._proof("room", seat, token))
