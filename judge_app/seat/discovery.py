"""Finds rooms on the local network by mDNS. A hint and no more: whatever is found is checked by its fingerprint."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from zeroconf import Error, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from judge_app.core.contest import Struct
from judge_app.wire.link import SERVICE, hint

log = logging.getLogger(__name__)

ANSWER_MS = 1_500
MOST = 50
"""How many names are asked, all at once: a contest has fewer rooms, and anybody may announce more."""


class Found(Struct, frozen=True):
    """A room that says it is here; ``hint`` tells to whom it may matter. All of it is what somebody says."""

    name: str
    host: str
    port: int
    hint: str = ""


async def find(seconds: float = 2.0, *, interfaces: Sequence[str] | None = None) -> list[Found]:
    """Every room that answers within so many seconds, one entry an address; none where the network does not let it ask
    (it is a hint, and raises nothing)."""
    try:
        return await _heard(seconds, interfaces)
    except Exception as error:  # no network, one that takes no multicast, a socket that somebody else holds, …
        log.info("discovery does not work here: %s", error)
        return []


async def _heard(seconds: float, interfaces: Sequence[str] | None) -> list[Found]:
    zeroconf = AsyncZeroconf(interfaces=list(interfaces)) if interfaces else AsyncZeroconf(ip_version=IPVersion.V4Only)
    names: set[str] = set()

    def hear(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed:
            names.add(name)

    try:
        browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[hear])
        try:
            await asyncio.sleep(seconds)
        finally:
            await browser.async_cancel()
        asked = [_ask(zeroconf.zeroconf, name) for name in sorted(filter(_is_ours, names))[:MOST]]
        return [found for entry in await asyncio.gather(*asked) for found in entry]
    finally:
        await zeroconf.async_close()


def _is_ours(name: str) -> bool:
    """Whether a name is one of this service's; anybody on the network may name anything."""
    return name.endswith(f".{SERVICE}")


async def _ask(zeroconf: Zeroconf, name: str) -> list[Found]:
    """What one name says of itself; nothing where that is nothing sensible."""
    try:
        info = AsyncServiceInfo(SERVICE, name)
        if not await info.async_request(zeroconf, ANSWER_MS) or not info.port:
            return []
        told = info.properties.get(b"id") or b""
        addresses = info.parsed_addresses(IPVersion.V4Only)
    except (Error, ValueError) as error:
        log.info("a name that was announced is of no use: %r: %s", name, error)
        return []
    shown = name.removesuffix(f".{SERVICE}")[:100]
    return [Found(name=shown, host=host, port=info.port, hint=told.decode("ascii", "replace")) for host in addresses]


async def find_again(fingerprint: bytes) -> list[tuple[str, int]]:
    """Where the room of that certificate says that it is now, as (host, port)."""
    return [(found.host, found.port) for found in await find() if found.hint == hint(fingerprint)]
