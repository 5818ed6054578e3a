"""Every decoder takes spoilt bytes or refuses them in its own words; at length: ``run.py faults fuzz``."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable

import pytest

from tests.core.simulation import Sitting
from tests.faults.decoders import DECODERS, Decoder, quiet, spoilt, tried

TIMES = {False: 300, True: 25}
"""How many spoilt samples a quick and a slow decoder get here."""


@pytest.mark.parametrize("name", DECODERS)
def test_spoilt_bytes_are_taken_or_refused_and_nothing_else(name: str) -> None:
    decoder, chance = DECODERS[name], random.Random(name)
    seeds = decoder.seeds()
    with quiet():
        for _ in range(TIMES[decoder.slow]):
            data = spoilt(seeds, chance)
            error = tried(decoder, data)
            assert error is None, (error, data[:300])


@pytest.mark.parametrize("name", DECODERS)
def test_the_samples_themselves_are_read(name: str) -> None:
    decoder = DECODERS[name]
    assert decoder.seeds()
    with quiet():
        assert all(tried(decoder, data) is None for data in decoder.seeds())


def _too_deep() -> bytes:
    """A record with a body that a decoder would follow down for ever."""
    (record,) = Sitting().records
    return record.data.replace(b'"event":{', b'"event":{"a":' + b'{"a":' * 3_000, 1)


def _of_another_version() -> bytes:
    """Keys whose certificate says that it is of a version that there is not."""
    stored = json.loads(DECODERS["a room's keys"].seeds()[0])
    pem = stored["tls_certificate"].strip().splitlines()
    der = base64.b64decode("".join(pem[1:-1])).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x0a", 1)
    stored["tls_certificate"] = "\n".join([pem[0], base64.b64encode(der).decode(), pem[-1]]) + "\n"
    return json.dumps(stored).encode()


def _begins_before_itself() -> bytes:
    """A workbook whose first part begins before the file does."""
    data = bytearray(DECODERS["a workbook"].seeds()[0])
    del data[10:13]
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a journal's record", _too_deep),
        ("a room's keys", _of_another_version),
        ("a workbook", _begins_before_itself),
    ],
)
def test_what_once_tripped_a_decoder_is_refused(name: str, made: Callable[[], bytes]) -> None:
    decoder, data = DECODERS[name], made()
    with quiet(), pytest.raises(decoder.may):
        decoder.read(data)


def test_a_decoder_that_trips_is_caught() -> None:
    def trips(data: bytes) -> None:
        if b"\xff" in data:
            raise IndexError("tripped")

    chance = random.Random(1)
    decoder = Decoder(trips, (ValueError,), lambda: [b"sample"])
    errors = [tried(decoder, spoilt([b"sample"], chance)) for _ in range(2_000)]
    assert any(isinstance(error, IndexError) for error in errors)
    assert tried(decoder, b"sample") is None
