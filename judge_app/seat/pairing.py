"""Joining by the 8-digit code that the host reads out: from an address and a code to an ordinary join link."""

from __future__ import annotations

from typing import TypeVar

import aiohttp

from judge_app.core.errors import Refused
from judge_app.seat.certificate import fingerprint_of
from judge_app.wire import messages
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import Denied, Message
from judge_app.wire.pairing import ByCode, Mismatch, SeatSide

ANSWER_S = 10.0
TRIES = 3
"""How often a lost answer is asked for again; the same question costs no second guess."""

T = TypeVar("T")


async def pair(given: ByCode) -> JoinLink:
    """The join link of the seat whose code that is. Raises Refused, with what to do."""
    try:
        fingerprint = await fingerprint_of(given.host, given.port, ANSWER_S)
        side = SeatSide(given.code, fingerprint)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as http:
            origin = JoinLink(host=given.host, port=given.port, fingerprint=fingerprint, token="").origin
            pinned = aiohttp.Fingerprint(fingerprint)
            reply = await _ask(http, f"{origin}/v1/pair", pinned, side.start(), messages.PairReply)
            confirm = side.confirm(reply)
            paired = await _ask(http, f"{origin}/v1/pair/confirm", pinned, confirm, messages.Paired)
        return side.finish(paired, given.host, given.port)
    except Mismatch as error:
        raise Refused(
            "wrong_code",
            "加入码不对，或对方不是您的主机：请与主持人核对地址和加入码",
            "the code is wrong, or this is not your host: compare address and code with the host",
        ) from error
    except messages.Malformed as error:
        raise Refused("no_room", "对方不是评审主机，请核对地址", "what answers there is no room of ours") from error
    except aiohttp.ServerFingerprintMismatch as error:
        raise Refused(
            "changed",
            "对方的证书中途变了，有人可能在中间：请勿继续，告诉主持人",
            "the certificate changed on the way: somebody may be in the middle; stop, and tell the host",
        ) from error
    except (OSError, TimeoutError, aiohttp.ClientError) as error:
        raise Refused(
            "unreachable",
            "连不上这个地址：请核对地址和端口，并确认在同一个 Wi-Fi",
            "this address cannot be reached: compare address and port, and be on the same Wi-Fi",
        ) from error


async def _ask(
    http: aiohttp.ClientSession, url: str, pinned: aiohttp.Fingerprint, message: Message, wanted: type[T]
) -> T:
    """What the room answers. Raises Refused where it denies."""
    for left in range(TRIES - 1, -1, -1):
        try:
            async with http.post(url, data=messages.encode(message), ssl=pinned) as response:
                answer = messages.read_answer(await response.read(), wanted)
        except aiohttp.ServerFingerprintMismatch:
            raise
        except (aiohttp.ClientError, TimeoutError):
            if not left:
                raise
            continue
        if isinstance(answer, Denied):
            raise Refused(answer.code, answer.zh, answer.en)
        return answer
    raise AssertionError("unreachable")
