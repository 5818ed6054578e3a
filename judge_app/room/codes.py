"""The 8-digit codes that are valid now: one a seat, for ten minutes, for one device, for five guesses."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from judge_app.room.refusals import NO_CODE, WRONG_CODE
from judge_app.wire import pairing
from judge_app.wire.messages import Denied, PairConfirm, Paired, PairReply, PairStart

CODE_NS = 600 * 10**9
GUESSES = 5


class Code:
    """One code and the guesses that were made at it."""

    def __init__(self, seat: str, digits: str, until_ns: int) -> None:
        self.seat = seat
        self.digits = digits
        self.until_ns = until_ns
        self.guesses: dict[str, tuple[str, pairing.RoomSide, PairReply]] = {}
        """By the attempt: the first message, our side, and what we answered."""
        self.made = 0
        self.failed = 0


class Codes:
    """Every code of a room. Times are nanoseconds of the room's machine."""

    def __init__(self, fingerprint: bytes, burnt: Callable[[str], None]) -> None:
        self._fingerprint = fingerprint
        self._burnt = burnt
        self._codes: dict[str, Code] = {}
        """By nameplate."""
        self._done: dict[str, tuple[str, Paired]] = {}
        """What was answered to the last proofs that did fit, for those whose reply was lost."""

    def make(self, seat: str, now_ns: int) -> str:
        """A fresh code for a seat; the one before is void. Raises ValueError where too many are out."""
        self._expire(now_ns)
        for plate, code in list(self._codes.items()):
            if code.seat == seat:
                del self._codes[plate]
        digits = pairing.make_code(set(self._codes))
        self._codes[pairing.nameplate(digits)] = Code(seat, digits, now_ns + CODE_NS)
        return digits

    def shown(self, now_ns: int) -> dict[str, str]:
        """The codes by seat, as the host reads them out."""
        self._expire(now_ns)
        return {code.seat: pairing.spaced(code.digits) for code in self._codes.values()}

    def until(self) -> dict[str, int]:
        """By seat, when its code ends."""
        return {code.seat: code.until_ns for code in self._codes.values()}

    def start(self, message: PairStart, now_ns: int) -> PairReply | Denied:
        """A device's first message. Every one counts as a guess until it has proved that it was none; the same one
        again gets the same answer."""
        self._expire(now_ns)
        code = self._codes.get(message.nameplate)
        if code is None:
            return NO_CODE
        for first, _, reply in code.guesses.values():
            if first == message.message:
                return reply
        if code.made >= GUESSES:
            self._burn(code)
            return NO_CODE
        code.made += 1
        side = pairing.RoomSide(code.digits, self._fingerprint)
        try:
            reply = side.reply(message, secrets.token_hex(16))
        except pairing.Mismatch:
            self._fail(code)
            return WRONG_CODE
        code.guesses[reply.attempt] = (message.message, side, reply)
        return reply

    def confirm(self, message: PairConfirm, now_ns: int, token_of: Callable[[str], str]) -> Paired | Denied:
        """A device's proof: the seat's token, once; or one guess less."""
        done = self._done.get(message.attempt)
        if done is not None:
            return done[1] if secrets.compare_digest(done[0], message.proof) else WRONG_CODE
        self._expire(now_ns)
        for plate, code in list(self._codes.items()):
            guess = code.guesses.get(message.attempt)
            if guess is None:
                continue
            if not guess[1].fits(message):
                del code.guesses[message.attempt]
                self._fail(code)
                return WRONG_CODE
            del self._codes[plate]
            paired = guess[1].paired(code.seat, token_of(code.seat))
            self._done[message.attempt] = (message.proof, paired)
            while len(self._done) > 20:
                del self._done[next(iter(self._done))]
            return paired
        return NO_CODE

    def _fail(self, code: Code) -> None:
        code.failed += 1
        if code.failed >= GUESSES:
            self._burn(code)

    def _burn(self, code: Code) -> None:
        self._codes.pop(pairing.nameplate(code.digits), None)
        self._burnt(code.seat)

    def _expire(self, now_ns: int) -> None:
        for plate, code in list(self._codes.items()):
            if code.until_ns <= now_ns:
                del self._codes[plate]
