"""Which seat a token is for: the same as trying every seat's tokens, and for a wrong one no dearer with more seats."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge_app.room.keys import LINK_MINUTES, RoomKeys
from judge_app.room.tokens import Tokens
from judge_app.wire import messages
from tests.room.halls import hall

SEATS = ("host", "judge:E1", "judge:E2", "viewer")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> RoomKeys:
    return RoomKeys.of(tmp_path_factory.mktemp("keys") / "x.roadshow")


def tried(keys: RoomKeys, token: str, generations: dict[str, int], boot: str, minute: int) -> tuple[str, int] | None:
    """The place of a token that is good now, by trying every seat."""
    for seat, generation in generations.items():
        if keys.fits(token, seat, generation) or keys.fits_passing(token, seat, generation, boot, minute):
            return seat, generation
    return None


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SEATS), st.sampled_from([0, 0, 1, 3, LINK_MINUTES, LINK_MINUTES + 1, 40]), st.booleans()
        ),
        max_size=8,
    )
)
def test_what_is_good_is_found_and_nothing_else_however_time_and_generations_go(
    keys: RoomKeys, steps: list[tuple[str, int, bool]]
) -> None:
    """Devices enrol, minutes pass, and an enrolment whose commit failed is taken back."""
    tokens, generations, minute = Tokens(keys), dict.fromkeys(SEATS, 0), 1_000
    shown: list[str] = []
    for seat, minutes, back in steps:
        minute += minutes
        generations[seat] = max(0, generations[seat] + (-1 if back else 1))
        tokens.update(generations, "boot", minute)
        shown += [keys.passing_token(one, generations[one], "boot", minute) for one in SEATS]
        shown += [keys.token(one, generations[one]) for one in SEATS]
        for token in shown:
            place = tokens.find(token)
            good = tried(keys, token, generations, "boot", minute)
            assert (place if place and place[1] == generations[place[0]] else None) == good
    tokens.update(generations, "boot", minute)
    for wrong in ("", "口令", keys.token("judge:E9", 0), keys.passing_token("host", 0, "another boot", minute)):
        assert tokens.find(wrong) is None


def test_a_card_that_was_used_is_known_as_its_seats(keys: RoomKeys) -> None:
    tokens = Tokens(keys)
    tokens.update({"judge:E1": 3}, "boot", 5)
    assert [tokens.find(keys.token("judge:E1", generation)) for generation in range(4)] == [
        ("judge:E1", generation) for generation in range(4)
    ]


def test_what_has_run_out_is_forgotten(keys: RoomKeys) -> None:
    tokens = Tokens(keys)
    for minute in range(0, 200, 3):
        tokens.update(dict.fromkeys(SEATS, 0), "boot", minute)
    assert len(tokens._passing) == len(SEATS) * (LINK_MINUTES + 1)


def test_a_wrong_token_costs_the_room_the_same_with_any_number_of_seats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in keyed hashes; the negative control tries every seat."""
    derive, made = RoomKeys._derive, 0

    def counted(self: RoomKeys, label: str) -> bytes:
        nonlocal made
        made += 1
        return derive(self, label)

    monkeypatch.setattr(RoomKeys, "_derive", counted)

    async def scene() -> None:
        nonlocal made
        async with hall(tmp_path) as held:
            request = messages.ReachRequest(token="AAAAAAAAAAAAAAAAAAAAAA", key="ab" * 32)
            held.room.joining.reached(request)  # the tokens of this minute are made
            made = 0
            for _ in range(20):
                assert held.room.joining.reached(request).token is messages.TokenState.UNKNOWN
            assert made <= 20 * 1 + len(held.room.joining.seats)  # a device's id each; and the minute may have passed
            made = 0
            generations = dict.fromkeys(held.room.joining.seats, 0)
            assert tried(held.room.keys, request.token, generations, "boot", 1) is None
            assert made >= 12 * len(held.room.joining.seats)

    asyncio.run(scene())
