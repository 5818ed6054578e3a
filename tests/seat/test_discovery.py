"""Rooms are found by mDNS, as a hint: the name and where, and nothing that anybody should believe."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import BadTypeInNameException, EventLoopBlocked, ServiceStateChange

from judge_app.room.discovery import Announcement, instance
from judge_app.seat import discovery
from judge_app.seat.discovery import find
from judge_app.wire.link import SERVICE, hint

HERE = ["127.0.0.1"]


def test_a_room_that_is_announced_is_found_with_its_port_and_hint_and_gone_when_it_stops() -> None:
    async def scene() -> None:
        announcement = Announcement("第一场.决赛", bytes(32), 4711)
        if not await announcement.start(HERE):
            pytest.skip("no multicast here")
        try:
            found = [one for one in await find(1.0, interfaces=HERE) if one.port == 4711]
            if not found:
                pytest.skip("no multicast here")
            assert found[0].name.startswith("第一场·决赛")
            assert (found[0].host, found[0].hint) == ("127.0.0.1", hint(bytes(32)))
            assert await announcement.start(HERE)  # the same addresses: nothing to do
        finally:
            await announcement.stop()
        await announcement.stop()
        assert [one for one in await find(0.5, interfaces=HERE) if one.port == 4711] == []

    asyncio.run(scene())


def test_a_room_that_nobody_can_reach_is_not_announced() -> None:
    assert asyncio.run(Announcement("x", bytes(32), 1).start([])) is False


@given(st.text(max_size=80))
def test_any_session_name_makes_one_dns_label(name: str) -> None:
    label = instance(name)
    assert 0 < len(label.encode()) <= 63
    assert "." not in label
    assert label.isprintable()


def test_the_hint_tells_rooms_apart_and_not_the_fingerprint() -> None:
    assert hint(bytes(32)) != hint(bytes([1] * 32))
    assert len(hint(bytes(32))) == 16
    assert bytes([7] * 32).hex()[:8] not in hint(bytes([7] * 32))


class _Hostile:
    """A browser that hears whatever somebody on the network cares to announce."""

    def __init__(self, zeroconf: Any, service: str, handlers: list[Any]) -> None:
        for name in ("evil._x._udp.local.", *(f"{number}.{SERVICE}" for number in range(1_000))):
            handlers[0](zeroconf, service, name, ServiceStateChange.Added)

    async def async_cancel(self) -> None: ...


class _Deaf:
    """A network on which nothing is heard of itself."""

    zeroconf: Any = None

    def __init__(self, **_: Any) -> None: ...

    async def async_close(self) -> None: ...


class _Silent(discovery.AsyncServiceInfo):
    asked = 0

    async def async_request(self, *args: Any, **more: Any) -> bool:
        _Silent.asked += 1
        if _Silent.asked == 7:
            raise BadTypeInNameException("7")
        await asyncio.sleep(0.2)
        return False


def test_what_anybody_announces_neither_ends_the_search_nor_draws_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "AsyncServiceBrowser", _Hostile)
    monkeypatch.setattr(discovery, "AsyncServiceInfo", _Silent)
    monkeypatch.setattr(discovery, "AsyncZeroconf", _Deaf)
    assert asyncio.run(asyncio.wait_for(find(0.0, interfaces=HERE), 5)) == []
    assert _Silent.asked == discovery.MOST


@pytest.mark.parametrize("error", [OSError("no network"), EventLoopBlocked(), ValueError("no interface")])
def test_a_network_that_cannot_be_asked_has_no_room_and_that_is_no_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(**_: Any) -> None:
        raise error

    monkeypatch.setattr(discovery, "AsyncZeroconf", fails)
    assert asyncio.run(find(0.0)) == []
    assert asyncio.run(discovery.find_again(bytes(32))) == []
