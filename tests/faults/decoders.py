"""Every decoder of bytes from outside, with what it may raise and samples to begin from; and how samples are spoilt."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from judge_app.core import journal
from judge_app.core.errors import BadInput
from judge_app.exchange.decks import deck_file
from judge_app.exchange.running_order import read_entrants
from judge_app.exchange.scores import read_scores
from judge_app.exchange.tabulation import tabulate_file
from judge_app.exchange.workbook import read_contest
from judge_app.room.keys import RoomKeys
from judge_app.seat.drafts import Drafts
from judge_app.seat.identity import Identity
from judge_app.seat.outbox import FileOutbox
from judge_app.store.errors import StoreFailed
from judge_app.store.mirror import read_mirror
from judge_app.store.presets import Presets, decode_toml, shipped
from judge_app.store.session_file import read_session
from judge_app.verify import verify_file
from judge_app.wire import messages, signing
from judge_app.wire.link import read_address, read_link
from judge_app.wire.messages import Malformed
from judge_app.wire.pairing import read_by_code, read_code
from tests.core.sessions import regional_final, sheet
from tests.core.simulation import Sitting

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples" / "regional-final"
VECTORS = ROOT / "tests" / "verify" / "vectors"


@dataclasses.dataclass(frozen=True)
class Decoder:
    """``read`` takes any bytes and either takes them or raises one of ``may``; anything else is a mistake of ours."""

    read: Callable[[bytes], Any]
    may: tuple[type[Exception], ...]
    seeds: Callable[[], list[bytes]]
    slow: bool = False


def _file(read: Callable[[Path], Any], name: str) -> Callable[[bytes], Any]:
    """A reader of files, as one of bytes."""

    def from_bytes(data: bytes) -> Any:
        with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            return read(path)

    return from_bytes


def _text(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda data: read(data.decode("utf-8", errors="replace"))


def _requests(data: bytes) -> None:
    for kind in (messages.EnrolRequest, messages.PairStart, messages.PairConfirm, messages.ReachRequest):
        with contextlib.suppress(Malformed):
            messages.read_request(data, kind)


def _submit(data: bytes) -> None:
    """A message of a seat, and the check of its signature if it is a command."""
    message = messages.read_from_seat(data)
    if isinstance(message, messages.Submit):
        key = signing.read_public("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        assert not signing.command_is_genuine(key, "5e" * 16, "device", message)
        messages.read_command(message.data)


def _outbox(path: Path) -> None:
    FileOutbox(path).close()


def _wire_seeds() -> list[bytes]:
    sitting = Sitting()
    command = {"do": "SubmitSheet", "entry_no": "1", "revision": 0, "points": sheet(sitting.setup, "E2", 0.5, "1")}
    data = json.dumps(command, ensure_ascii=False)
    submit = messages.Submit(
        command_id="6ba7b810-9dad-41d1-80b4-00c04fd430c8", counter=1, data=data, signature="ab" * 64
    )
    said = (
        submit,
        messages.Hello(device="x", secret="y"),
        messages.Ping(sent_ns=1),
        messages.Progress(entry_no="1", filled=1, lines=3),
        messages.EnrolRequest(token="t", key="00" * 32, device_name="n", signature="00" * 64),
        messages.Receipt(command_id="x", seq=1, hash="00", digest="00", at="", signature="00"),
        messages.Denied(code="x", zh="甲", en="a"),
    )
    return [data.encode(), *map(messages.encode, said)]


def _journal_seeds() -> list[bytes]:
    sitting = Sitting()
    sitting.hear("1")
    sitting.score("1")
    return [record.data for record in sitting.records]


def _outbox_seeds() -> list[bytes]:
    lines = [json.dumps({"submit": json.loads(one)}).encode() for one in _wire_seeds() if b'"Submit"' in one]
    return [b"\n".join(lines) + b"\n", b""]


def _files(*paths: Path) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for path in paths]


def _made(make: Callable[[Path], Any], name: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            make(path)
            return [next(one for one in Path(folder).iterdir() if one.is_file()).read_bytes()]

    return seeds


LINK = "rsj://192.168.1.5:41234/?fp=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8&t=AAECAwQFBgcICQoLDA0ODw"

DECODERS: dict[str, Decoder] = {
    "a seat's frame": Decoder(_submit, (Malformed,), _wire_seeds),
    "a room's frame": Decoder(messages.read_from_room, (Malformed,), _wire_seeds),
    "a stranger's request": Decoder(_requests, (), _wire_seeds),
    "an answer": Decoder(lambda data: messages.read_answer(data, messages.Enrolled), (Malformed,), _wire_seeds),
    "a command": Decoder(_text(messages.read_command), (Malformed,), _wire_seeds),
    "a protocol's number": Decoder(messages.protocol_of, (), _wire_seeds),
    "a join link": Decoder(_text(read_link), (BadInput,), lambda: [LINK.encode()]),
    "an address": Decoder(_text(read_address), (BadInput,), lambda: [b"192.168.1.5:41234", b"[::1]:443"]),
    "a join code": Decoder(_text(read_code), (BadInput,), lambda: [b"1234 5678"]),
    "an address with a code": Decoder(_text(read_by_code), (BadInput,), lambda: [b"192.168.1.5:41234 1234 5678"]),
    "a public key": Decoder(_text(signing.read_public), (ValueError,), lambda: [b"ab" * 32]),
    "a journal's record": Decoder(lambda data: journal.read(data, bytes(32), bytes(32)), (ValueError,), _journal_seeds),
    "a mirror": Decoder(_file(read_mirror, "x.jsonl"), (BadInput, StoreFailed), _files(VECTORS / "sound.jsonl")),
    "a mirror to be verified": Decoder(_file(verify_file, "x.jsonl"), (), _files(VECTORS / "sound.jsonl")),
    "a session file": Decoder(
        _file(read_session, "x.roadshow"), (BadInput, StoreFailed), _files(VECTORS / "sound.roadshow"), slow=True
    ),
    "a session file to be verified": Decoder(
        _file(verify_file, "x.roadshow"), (), _files(VECTORS / "sound.roadshow"), slow=True
    ),
    "a room's keys": Decoder(
        _file(lambda path: RoomKeys.of(path.with_suffix("")), "x.key"),
        (BadInput,),
        _made(lambda path: RoomKeys.of(path), "x"),
    ),
    "a device's key": Decoder(_file(Identity, "x.key"), (), _made(Identity, "x.key")),
    "an outbox": Decoder(_file(_outbox, "x.outbox"), (), _outbox_seeds),
    "a draft": Decoder(_file(Drafts, "x.drafts"), (), lambda: [b'{"1":{"points":{"a":{"b":100}},"comment":""}}']),
    "scores.csv": Decoder(
        lambda data: read_scores(data, regional_final()[0].contest, regional_final()[0].rules),
        (BadInput,),
        _files(SAMPLES / "scores.csv"),
        slow=True,
    ),
    "a workbook": Decoder(
        _file(lambda path: read_contest(path, known_presets=Presets().keys()), "x.xlsx"),
        (BadInput,),
        _files(SAMPLES / "contest.xlsx"),
        slow=True,
    ),
    "a list of entrants": Decoder(
        _file(read_entrants, "x.txt"), (BadInput,), lambda: ["张三\n李四\n喆堃\n".encode(), b"A\nB\n"]
    ),
    "a tabulation": Decoder(
        lambda data: tabulate_file(data, Presets().load),
        (BadInput,),
        lambda: [
            json.dumps(one["input"], ensure_ascii=False).encode()
            for one in json.loads((ROOT / "tests/acceptance/scoring-cases.json").read_text("utf-8"))["cases"][:8]
        ],
        slow=True,
    ),
    "a preset": Decoder(
        lambda data: decode_toml(data, "x.toml"),
        (BadInput,),
        lambda: [path.read_bytes() for path in sorted(shipped().glob("*.toml"))[:4]],
    ),
    "a deck (pptx)": Decoder(_file(deck_file, "x.pptx"), (BadInput,), _files(SAMPLES / "contest.xlsx"), slow=True),
    "a deck (odp)": Decoder(_file(deck_file, "x.odp"), (BadInput,), _files(SAMPLES / "contest.xlsx"), slow=True),
    "a deck (pdf)": Decoder(
        _file(deck_file, "x.pdf"), (BadInput,), lambda: [b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"], slow=True
    ),
}

ODD = (
    *(
        b"\x00",
        b"\xff",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"\r",
        b"\n",
        b"\t",
    ),
    *(
        b"-1",
        b"1e309",
        b"NaN",
        b"null",
        b"true",
        b'"',
        b"'",
        b"\\u0000",
        b"\\ud800",
        b"{}",
        b"[]",
        b"{",
        b"]",
        b",",
        b":",
    ),
    *(
        b"9" * 400,
        b"[" * 3_000,
        b'{"a":' * 3_000,
        b"18446744073709551616",
        b"-9223372036854775809",
        b"0.0000001",
        b"1e-400",
    ),
    *(b"=1+1", "\u202e".encode(), "\u200b".encode(), "１".encode(), "𠅤".encode(), b"../../x", b"%s%n", b"<!ENTITY"),
)


def spoilt(seeds: list[bytes], chance: random.Random) -> bytes:
    """One of the samples with a few things wrong, or something of no form at all."""
    if chance.random() < 0.03:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1 if data:
                data[at % len(data)] = chance.randrange(256)
            case 2:
                del data[at : at + chance.choice((1, 1, 2, 8, 64, 1_024))]
            case 3:
                data[at:at] = chance.choice(ODD)
            case 4:
                odd = chance.choice(ODD)
                data[at : at + len(odd)] = odd
            case 5:
                end = at + chance.choice((1, 4, 16, 64, 512))
                data[at:at] = data[at:end] * chance.choice((1, 2, 30))
            case 6:
                other = chance.choice(seeds)
                begin = chance.randrange(len(other) + 1)
                data[at:] = other[begin:]
            case _:
                del data[at:]
    return bytes(data)


def tried(decoder: Decoder, data: bytes) -> Exception | None:
    """What reading raised that it may not."""
    try:
        decoder.read(data)
    except decoder.may:
        return None
    except Exception as error:
        return error
    return None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What damaged files make the program say is not what this is about."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
